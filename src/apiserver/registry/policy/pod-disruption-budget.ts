import { podDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { PodDisruptionBudgetSpec } from '#gen/policy/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { validateCounts } from '../validation/counts.ts';
import { oneOf } from '../validation/fields.ts';
import { validateAtMostAll, validateIntOrPercent } from '../validation/int-or-percent.ts';
import { validateLabelSelector } from '../validation/label-selector.ts';

const STATUS_COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'];

/** Source: pkg/apis/policy/validation, ValidatePodDisruptionBudgetSpec. */
function validateSpec(spec: PodDisruptionBudgetSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.push(at.invalid(spec, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[name];
    if (value === undefined) continue;
    errors.push(...validateIntOrPercent(value, at.child(name)), ...validateAtMostAll(value, at.child(name)));
  }
  return [
    ...errors,
    ...validateLabelSelector(spec.selector, at.child('selector')),
    ...oneOf(
      spec.unhealthyPodEvictionPolicy,
      ['AlwaysAllow', 'IfHealthyBudget'],
      at.child('unhealthyPodEvictionPolicy'),
    ),
  ];
}

export const podDisruptionBudgetStrategy = defineStrategy(podDisruptionBudgets, {
  allowUnconditionalUpdate: false,
  validate: ({ spec = {} }, at) => validateSpec(spec, at.child('spec')),
  validateStatusUpdate: ({ status = {} }, _, at) => validateCounts(status, STATUS_COUNTS, at.child('status')),
});
