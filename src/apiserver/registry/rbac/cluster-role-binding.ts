import { clusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { defineStrategy } from '../../strategy.ts';
import { pathSegment } from '../validation/formats.ts';
import { validateBinding, validateSameRole } from './binding.ts';

export const clusterRoleBindingStrategy = defineStrategy(clusterRoleBindings, {
  validateName: pathSegment,
  validate: (binding, at) => validateBinding(binding, false, at),
  validateUpdate: validateSameRole,
});
