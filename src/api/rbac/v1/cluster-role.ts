import { defineResource } from '#apimachinery/resource.ts';
import type { ClusterRole } from '#gen/rbac/v1.ts';
import { createdAtColumn, nameColumn } from '../../columns/age.ts';
import { withExactColumns } from '../../columns/exact.ts';

export const clusterRoles = withExactColumns(
  defineResource<ClusterRole>({
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    kind: 'ClusterRole',
    plural: 'clusterroles',
    scope: 'Cluster',
  }),
  [nameColumn, createdAtColumn],
);
