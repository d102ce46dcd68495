import { defineResource } from '#apimachinery/resource.ts';
import type { Role } from '#gen/rbac/v1.ts';

export const roles = defineResource<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  scope: 'Namespaced',
});
