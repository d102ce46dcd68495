import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { HorizontalPodAutoscalerBehavior, HPAScalingPolicy, HPAScalingRules } from '#gen/autoscaling/v2.ts';
import { each, oneOf, POSITIVE } from '../validation/fields.ts';

const MAX_WINDOW_SECONDS = 3600;
const MAX_PERIOD_SECONDS = 1800;

function validatePolicy({ type, value, periodSeconds }: HPAScalingPolicy, at: FieldPath): FieldError[] {
  const period = at.child('periodSeconds');
  const errors = oneOf(type ?? '', ['Percent', 'Pods'], at.child('type'));
  if ((value ?? 0) <= 0) errors.push(at.child('value').invalid(value ?? 0, POSITIVE));
  if ((periodSeconds ?? 0) <= 0) errors.push(period.invalid(periodSeconds ?? 0, POSITIVE));
  else if (periodSeconds > MAX_PERIOD_SECONDS) {
    errors.push(period.invalid(periodSeconds, `must be less than or equal to ${MAX_PERIOD_SECONDS}`));
  }
  return errors;
}

function validateRules(rules: HPAScalingRules | undefined, at: FieldPath): FieldError[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: window, selectPolicy, policies } = rules;
  const place = at.child('stabilizationWindowSeconds');
  const errors: FieldError[] = [];
  if (window !== undefined && window < 0) {
    errors.push(place.invalid(window, 'must be greater than or equal to zero'));
  } else if (window !== undefined && window > MAX_WINDOW_SECONDS) {
    errors.push(place.invalid(window, `must be less than or equal to ${MAX_WINDOW_SECONDS}`));
  }
  errors.push(...oneOf(selectPolicy, ['Disabled', 'Max', 'Min'], at.child('selectPolicy')));
  const list = at.child('policies');
  if (!policies?.length) return [...errors, list.required('must specify at least one Policy')];
  return [...errors, ...each(policies, list, validatePolicy)];
}

/** Source: pkg/apis/autoscaling/validation, validateBehavior. */
export const validateBehavior = (
  behavior: HorizontalPodAutoscalerBehavior | undefined,
  at: FieldPath,
): FieldError[] => [
  ...validateRules(behavior?.scaleUp, at.child('scaleUp')),
  ...validateRules(behavior?.scaleDown, at.child('scaleDown')),
];
