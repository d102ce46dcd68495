import { clusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { defineStrategy } from '../../strategy.ts';
import { pathSegment } from '../validation/formats.ts';
import { validateRules } from './rules.ts';

export const clusterRoleStrategy = defineStrategy(clusterRoles, {
  validateName: pathSegment,
  validate: ({ rules }, at) => validateRules(rules, false, at.child('rules')),
});
