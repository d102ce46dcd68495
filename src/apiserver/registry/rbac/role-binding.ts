import { roleBindings } from '#api/rbac/v1/role-binding.ts';
import { defineStrategy } from '../../strategy.ts';
import { pathSegment } from '../validation/formats.ts';
import { validateBinding, validateSameRole } from './binding.ts';

export const roleBindingStrategy = defineStrategy(roleBindings, {
  validateName: pathSegment,
  validate: (binding, at) => validateBinding(binding, true, at),
  validateUpdate: validateSameRole,
});
