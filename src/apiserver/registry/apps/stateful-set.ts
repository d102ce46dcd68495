import { isDeepStrictEqual } from 'node:util';
import { statefulSets } from '#api/apps/v1/stateful-set.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { StatefulSetSpec } from '#gen/apps/v1.ts';
import type { PodTemplateSpec } from '#gen/core/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { warningsOfTemplate } from '../core/pod/warnings.ts';
import { validateCollisions, validateCounts, validateParts } from '../validation/counts.ts';
import { checked, notNegative } from '../validation/fields.ts';
import { asName, dns1035Label, dns1123Label } from '../validation/formats.ts';
import { validateLabels } from '../validation/label-selector.ts';
import { validateWorkload } from './workload.ts';

const FORBIDDEN =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const FIXED = ['selector', 'serviceName', 'podManagementPolicy', 'volumeClaimTemplates'] as const;
const STATUS_COUNTS = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
];

/** Not the pod itself: its volumes come from the claim templates. */
const validateTemplate = (template: PodTemplateSpec | undefined, at: FieldPath): FieldError[] =>
  validateLabels(template?.metadata?.labels, at.child('labels'));

function validatePolicies({ podManagementPolicy: policy, ...spec }: StatefulSetSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const place = at.child('podManagementPolicy');
  if (!policy) errors.push(place.required(''));
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errors.push(place.invalid(policy, "must be 'OrderedReady' or 'Parallel'"));
  }
  const retention = at.child('persistentVolumeClaimRetentionPolicy');
  for (const name of ['whenDeleted', 'whenScaled'] as const) {
    const kept = spec.persistentVolumeClaimRetentionPolicy?.[name];
    if (kept && kept !== 'Retain' && kept !== 'Delete') {
      errors.push(retention.child(name).notSupported(kept, ['Retain', 'Delete']));
    }
  }
  return errors;
}

function validateUpdates({ updateStrategy = {} }: StatefulSetSpec, at: FieldPath): FieldError[] {
  const { type, rollingUpdate } = updateStrategy;
  if (!type) return [at.required('')];
  const place = at.child('rollingUpdate');
  if (type === 'RollingUpdate') return notNegative(rollingUpdate?.partition, place.child('partition'));
  if (type !== 'OnDelete') return [at.invalid(updateStrategy, "must be 'RollingUpdate' or 'OnDelete'")];
  return rollingUpdate ? [place.invalid(rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'")] : [];
}

/** Source: pkg/apis/apps/validation, ValidateStatefulSetSpec. */
function validateSpec(spec: StatefulSetSpec, at: FieldPath): FieldError[] {
  return [
    ...validatePolicies(spec, at),
    ...validateUpdates(spec, at.child('updateStrategy')),
    ...validateCounts(spec, ['replicas', 'minReadySeconds', 'revisionHistoryLimit'], at),
    ...notNegative(spec.ordinals?.start, at.child('ordinals', 'start')),
    ...(spec.serviceName ? checked(spec.serviceName, dns1035Label, at.child('serviceName')) : []),
    ...validateWorkload(spec, { noun: 'statefulset', owner: 'StatefulSet', validateTemplate }, at),
  ];
}

export const statefulSetStrategy = defineStrategy(statefulSets, {
  validateName: asName(dns1123Label),
  validate: ({ spec }, at) => validateSpec(spec, at.child('spec')),
  validateUpdate: ({ spec: next }, { spec: previous }, at) =>
    FIXED.every((name) => isDeepStrictEqual(next[name], previous[name])) ? [] : [at.child('spec').forbidden(FORBIDDEN)],
  validateStatusUpdate({ status = {} }, previous, at) {
    const place = at.child('status');
    const parts = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'];
    return [
      ...validateCounts(status, STATUS_COUNTS, place),
      ...validateParts(status, parts, place),
      ...validateCollisions(status, previous.status ?? {}, place),
    ];
  },
  warnings: warningsOfTemplate,
});
