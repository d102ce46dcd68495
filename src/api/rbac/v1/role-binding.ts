import { defineResource } from '#apimachinery/resource.ts';
import type { RoleBinding } from '#gen/rbac/v1.ts';

export const roleBindings = defineResource<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  scope: 'Namespaced',
});
