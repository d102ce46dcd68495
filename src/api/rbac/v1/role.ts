import { defineResource } from '#apimachinery/resource.ts';
import type { Role } from '#gen/rbac/v1.ts';
import { createdAtColumn, nameColumn } from '../../columns/age.ts';
import { withExactColumns } from '../../columns/exact.ts';

export const roles = withExactColumns(
  defineResource<Role>({
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    kind: 'Role',
    plural: 'roles',
    scope: 'Namespaced',
  }),
  [nameColumn, createdAtColumn],
);
