import { defineResource } from '#apimachinery/resource.ts';
import type { IPAddress } from '#gen/networking/v1.ts';
import { nameColumn } from '../../columns/age.ts';
import { withExactColumns } from '../../columns/exact.ts';
import { parentRefCell } from '../../columns/ingress.ts';

export const ipAddresses = withExactColumns(
  defineResource<IPAddress>({
    group: 'networking.k8s.io',
    version: 'v1',
    kind: 'IPAddress',
    plural: 'ipaddresses',
    scope: 'Cluster',
    shortNames: ['ip'],
  }),
  [nameColumn, { name: 'ParentRef', type: 'string', of: parentRefCell }],
);
