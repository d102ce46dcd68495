import { defineResource } from '#apimachinery/resource.ts';
import type { ClusterRole } from '#gen/rbac/v1.ts';

export const clusterRoles = defineResource<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
});
