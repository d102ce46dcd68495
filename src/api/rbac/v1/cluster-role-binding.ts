import { defineResource } from '#apimachinery/resource.ts';
import type { ClusterRoleBinding } from '#gen/rbac/v1.ts';

export const clusterRoleBindings = defineResource<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
});
