import { defineResource } from '#apimachinery/resource.ts';
import type { ClusterRoleBinding } from '#gen/rbac/v1.ts';
import { ageColumn } from '../../columns/age.ts';
import { subjectsCell } from '../../columns/subjects.ts';
import { defaultRoleBinding } from '../../defaults/role-binding.ts';

export const clusterRoleBindings = defineResource<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
  columns: [
    { name: 'Role', type: 'string', of: ({ roleRef }) => `${roleRef?.kind}/${roleRef?.name}` },
    ageColumn,
    { name: 'Users', type: 'string', priority: 1, of: ({ subjects }) => subjectsCell(subjects, 'User') },
    { name: 'Groups', type: 'string', priority: 1, of: ({ subjects }) => subjectsCell(subjects, 'Group') },
    {
      name: 'ServiceAccounts',
      type: 'string',
      priority: 1,
      of: ({ subjects }) => subjectsCell(subjects, 'ServiceAccount'),
    },
  ],
  defaults: defaultRoleBinding,
});
