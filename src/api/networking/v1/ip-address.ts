import { defineResource } from '#apimachinery/resource.ts';
import type { IPAddress } from '#gen/networking/v1.ts';

export const ipAddresses = defineResource<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  scope: 'Cluster',
  shortNames: ['ip'],
});
