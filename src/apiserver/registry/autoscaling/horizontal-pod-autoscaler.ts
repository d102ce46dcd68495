import { horizontalPodAutoscalers as v1 } from '#api/autoscaling/v1/horizontal-pod-autoscaler.ts';
import { horizontalPodAutoscalers as v2 } from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec } from '#gen/autoscaling/v2.ts';
import { defineStrategy, type Strategy } from '../../strategy.ts';
import { validateCounts } from '../validation/counts.ts';
import { each } from '../validation/fields.ts';
import { validateBehavior } from './behavior.ts';
import { validateMetric, validateObjectReference } from './metric.ts';

function validateReplicas({ minReplicas: min, maxReplicas: max = 0 }: HorizontalPodAutoscalerSpec, at: FieldPath) {
  const place = at.child('maxReplicas');
  const errors: FieldError[] = [];
  if (min !== undefined && min < 1) {
    errors.push(at.child('minReplicas').invalid(min, 'must be greater than or equal to 1'));
  }
  if (max < 1) errors.push(place.invalid(max, 'must be greater than 0'));
  if (min !== undefined && max < min) {
    errors.push(place.invalid(max, 'must be greater than or equal to `minReplicas`'));
  }
  return errors;
}

/** Source: pkg/apis/autoscaling/validation, validateHorizontalPodAutoscalerSpec. */
function validate({ spec }: HorizontalPodAutoscaler, at: FieldPath): FieldError[] {
  const place = at.child('spec');
  const asked: HorizontalPodAutoscalerSpec = spec ?? { maxReplicas: 0, scaleTargetRef: { kind: '', name: '' } };
  return [
    ...validateReplicas(asked, place),
    ...validateObjectReference(asked.scaleTargetRef, place.child('scaleTargetRef')),
    ...each(asked.metrics, place.child('metrics'), validateMetric),
    ...validateBehavior(asked.behavior, place.child('behavior')),
  ];
}

const validateStatus = (next: HorizontalPodAutoscaler, at: FieldPath): FieldError[] =>
  validateCounts(next.status ?? {}, ['currentReplicas', 'desiredReplicas'], at.child('status'));

const strategy: Strategy<HorizontalPodAutoscaler> = {
  validate,
  validateStatusUpdate: (next, _, at) => validateStatus(next, at),
};

export const horizontalPodAutoscalerStrategy = defineStrategy(v2, strategy);

const asV2 = (object: Parameters<NonNullable<typeof v1.conversion>['toStored']>[0]) =>
  v1.conversion?.toStored(object) as HorizontalPodAutoscaler;

/** The older version is judged by what it becomes. */
export const horizontalPodAutoscalerV1Strategy = defineStrategy(v1, {
  validate: (next, at) => validate(asV2(next), at),
  validateStatusUpdate: (next, _, at) => validateStatus(asV2(next), at),
});
