import { daemonSets } from '#api/apps/v1/daemon-set.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { DaemonSetUpdateStrategy, RollingUpdateDaemonSet } from '#gen/apps/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { warningsOfTemplate } from '../core/pod/warnings.ts';
import { validateCollisions, validateCounts } from '../validation/counts.ts';
import { intOrPercentValue, validateAtMostAll, validateIntOrPercent } from '../validation/int-or-percent.ts';
import { validateSameSelector, validateWorkload } from './workload.ts';

const STATUS_COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
];

function validateRolling({ maxUnavailable, maxSurge }: RollingUpdateDaemonSet, at: FieldPath): FieldError[] {
  const [unavailable, surge] = [at.child('maxUnavailable'), at.child('maxSurge')];
  const errors = [
    ...validateIntOrPercent(maxUnavailable, unavailable),
    ...validateIntOrPercent(maxSurge, surge),
    ...validateAtMostAll(maxUnavailable, unavailable),
    ...validateAtMostAll(maxSurge, surge),
  ];
  const [hasUnavailable, hasSurge] = [intOrPercentValue(maxUnavailable) !== 0, intOrPercentValue(maxSurge) !== 0];
  if (hasUnavailable && hasSurge) {
    errors.push(surge.invalid(maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (!hasUnavailable && !hasSurge) errors.push(unavailable.required('cannot be 0 when maxSurge is 0'));
  return errors;
}

function validateStrategy({ type = '' as never, rollingUpdate }: DaemonSetUpdateStrategy, at: FieldPath): FieldError[] {
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate') return [at.child('type').notSupported(type, ['RollingUpdate', 'OnDelete'])];
  const place = at.child('rollingUpdate');
  return rollingUpdate ? validateRolling(rollingUpdate, place) : [place.required('')];
}

/** Source: pkg/apis/apps/validation, ValidateDaemonSetSpec. */
export const daemonSetStrategy = defineStrategy(daemonSets, {
  validate: ({ spec }, at) => [
    ...validateWorkload(spec, { noun: 'daemonset', owner: 'DaemonSet' }, at.child('spec')),
    ...validateCounts(spec, ['minReadySeconds', 'revisionHistoryLimit'], at.child('spec')),
    ...validateStrategy(spec.updateStrategy ?? {}, at.child('spec', 'updateStrategy')),
  ],
  validateUpdate: validateSameSelector,
  validateStatusUpdate: ({ status }, previous, at) => [
    ...validateCounts(status ?? {}, STATUS_COUNTS, at.child('status')),
    ...validateCollisions(status ?? {}, previous.status ?? {}, at.child('status')),
  ],
  warnings: warningsOfTemplate,
});
