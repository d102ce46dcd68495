import { deployments } from '#api/apps/v1/deployment.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment } from '#gen/apps/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { warningsOfTemplate } from '../core/pod/warnings.ts';
import { validateAvailable, validateCollisions, validateCounts, validateParts } from '../validation/counts.ts';
import { intOrPercentValue, validateAtMostAll, validateIntOrPercent } from '../validation/int-or-percent.ts';
import { validateSameSelector, validateWorkload } from './workload.ts';

const COUNTS = ['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'];
const STATUS_COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
];

function validateRolling({ maxUnavailable, maxSurge }: RollingUpdateDeployment, at: FieldPath): FieldError[] {
  const place = at.child('maxUnavailable');
  const errors = [
    ...validateIntOrPercent(maxUnavailable, place),
    ...validateIntOrPercent(maxSurge, at.child('maxSurge')),
  ];
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
    errors.push(place.invalid(maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...validateAtMostAll(maxUnavailable, place)];
}

function validateStrategy({ type = '' as never, rollingUpdate }: DeploymentStrategy, at: FieldPath): FieldError[] {
  const place = at.child('rollingUpdate');
  if (type === 'RollingUpdate') {
    return rollingUpdate
      ? validateRolling(rollingUpdate, place)
      : [place.required('this should be defaulted and never be nil')];
  }
  if (type !== 'Recreate') return [at.child('type').notSupported(type, ['Recreate', 'RollingUpdate'])];
  return rollingUpdate ? [place.forbidden("may not be specified when strategy `type` is 'Recreate'")] : [];
}

function validateProgress({ progressDeadlineSeconds, minReadySeconds = 0 }: DeploymentSpec, at: FieldPath) {
  if (progressDeadlineSeconds === undefined || progressDeadlineSeconds > minReadySeconds) return [];
  const sentence = 'must be greater than minReadySeconds';
  return [at.child('progressDeadlineSeconds').invalid(progressDeadlineSeconds, sentence)];
}

/** Source: pkg/apis/apps/validation, ValidateDeploymentSpec. */
function validateSpec(spec: DeploymentSpec, at: FieldPath): FieldError[] {
  return [
    ...validateCounts(spec, COUNTS, at),
    ...validateWorkload(spec, { noun: 'deployment', owner: 'ReplicaSet' }, at),
    ...validateStrategy(spec.strategy ?? {}, at.child('strategy')),
    ...validateProgress(spec, at),
  ];
}

export const deploymentStrategy = defineStrategy(deployments, {
  validate: ({ spec }, at) => validateSpec(spec, at.child('spec')),
  validateUpdate: validateSameSelector,
  validateStatusUpdate({ status = {} }, previous, at) {
    const place = at.child('status');
    return [
      ...validateCounts(status, STATUS_COUNTS, place),
      ...validateParts(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], place),
      ...validateAvailable(status, place),
      ...validateCollisions(status, previous.status ?? {}, place),
    ];
  },
  warnings: warningsOfTemplate,
});
