import type { ClusterRoleBinding, RoleBinding } from '#gen/rbac/v1.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** Roles, users and groups belong to the RBAC group unless said otherwise; service accounts to the core group. */
export function defaultRoleBinding({ roleRef, subjects }: RoleBinding | ClusterRoleBinding): void {
  if (roleRef) roleRef.apiGroup ||= GROUP;
  for (const subject of subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= GROUP;
  }
}
