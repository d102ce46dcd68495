import { roles } from '#api/rbac/v1/role.ts';
import { defineStrategy } from '../../strategy.ts';
import { pathSegment } from '../validation/formats.ts';
import { validateRules } from './rules.ts';

export const roleStrategy = defineStrategy(roles, {
  validateName: pathSegment,
  validate: ({ rules }, at) => validateRules(rules, true, at.child('rules')),
});
