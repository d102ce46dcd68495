import { isDeepStrictEqual } from 'node:util';
import { clusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { clusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { roles } from '#api/rbac/v1/role.ts';
import { roleBindings } from '#api/rbac/v1/role-binding.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { ClusterRoleBinding, RoleBinding } from '#gen/rbac/v1.ts';
import { defineStrategy } from '../../strategy.ts';

type Binding = RoleBinding | ClusterRoleBinding;

/** Whoever binds a role cannot later swap it. Source: pkg/apis/rbac/validation, ValidateRoleBindingUpdate. */
function sameRole(next: Binding, previous: Binding, at: FieldPath): FieldError[] {
  return isDeepStrictEqual(next.roleRef, previous.roleRef)
    ? []
    : [at.child('roleRef').invalid(next.roleRef, 'cannot change roleRef')];
}

/** RBAC names may hold colons (`system:node`), as any path segment may. Source: apimachinery api/validation/path. */
function anyName(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((mark) => name.includes(mark)).map((mark) => `may not contain '${mark}'`);
}

export const roleBindingStrategy = defineStrategy(roleBindings, { validateName: anyName, validateUpdate: sameRole });
export const clusterRoleBindingStrategy = defineStrategy(clusterRoleBindings, {
  validateName: anyName,
  validateUpdate: sameRole,
});

export const roleStrategy = defineStrategy(roles, { validateName: anyName });
export const clusterRoleStrategy = defineStrategy(clusterRoles, { validateName: anyName });
