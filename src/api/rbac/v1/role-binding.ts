import { defineResource } from '#apimachinery/resource.ts';
import type { RoleBinding } from '#gen/rbac/v1.ts';
import { ageColumn } from '../../columns/age.ts';
import { subjectsCell } from '../../columns/subjects.ts';
import { defaultRoleBinding } from '../../defaults/role-binding.ts';

export const roleBindings = defineResource<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  scope: 'Namespaced',
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
