import { isDeepStrictEqual } from 'node:util';
import { daemonSets } from '#api/apps/v1/daemon-set.ts';
import { deployments } from '#api/apps/v1/deployment.ts';
import { replicaSets } from '#api/apps/v1/replica-set.ts';
import { statefulSets } from '#api/apps/v1/stateful-set.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { LabelSelector } from '#gen/meta/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { validateWorkload } from '../core/pod/template.ts';
import { IMMUTABLE, notNegative } from '../validation/fields.ts';

interface Selecting {
  spec: { selector?: LabelSelector | undefined };
}

/** Source: pkg/apis/apps/validation: the selector of a workload never changes. */
function sameSelector(next: Selecting, previous: Selecting, at: FieldPath): FieldError[] {
  const { selector } = next.spec;
  return isDeepStrictEqual(selector, previous.spec.selector)
    ? []
    : [at.child('spec', 'selector').invalid(selector, IMMUTABLE)];
}

export const deploymentStrategy = defineStrategy(deployments, {
  validate: ({ spec }, at) => [
    ...notNegative(spec.replicas, at.child('spec', 'replicas')),
    ...validateWorkload(spec, 'deployment', at.child('spec')),
  ],
  validateUpdate: sameSelector,
  defaultPropagation: 'Background',
});

export const replicaSetStrategy = defineStrategy(replicaSets, {
  validate: ({ spec }, at) => [
    ...notNegative(spec.replicas, at.child('spec', 'replicas')),
    ...validateWorkload(spec, 'deployment', at.child('spec')),
  ],
  validateUpdate: sameSelector,
});

export const daemonSetStrategy = defineStrategy(daemonSets, {
  validate: ({ spec }, at) => validateWorkload(spec, 'daemonset', at.child('spec')),
  validateUpdate: sameSelector,
});

const STATEFUL_SENTENCE =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const STATEFUL_FIXED = ['selector', 'serviceName', 'podManagementPolicy', 'volumeClaimTemplates'] as const;

export const statefulSetStrategy = defineStrategy(statefulSets, {
  validate: ({ spec }, at) => [
    ...notNegative(spec.replicas, at.child('spec', 'replicas')),
    ...validateWorkload(spec, 'statefulset', at.child('spec')),
  ],
  validateUpdate: (next, previous, at) =>
    STATEFUL_FIXED.every((name) => isDeepStrictEqual(next.spec[name], previous.spec[name]))
      ? []
      : [at.child('spec').forbidden(STATEFUL_SENTENCE)],
});
