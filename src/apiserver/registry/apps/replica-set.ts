import { replicaSets } from '#api/apps/v1/replica-set.ts';
import { defineStrategy } from '../../strategy.ts';
import { warningsOfTemplate } from '../core/pod/warnings.ts';
import { validateAvailable, validateCounts, validateParts } from '../validation/counts.ts';
import { validateSameSelector, validateWorkload } from './workload.ts';

const STATUS_COUNTS = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'terminatingReplicas',
  'observedGeneration',
];

/** Source: pkg/apis/apps/validation, ValidateReplicaSetSpec; upstream calls it a deployment there. */
export const replicaSetStrategy = defineStrategy(replicaSets, {
  validate: ({ spec }, at) => [
    ...validateCounts(spec, ['replicas', 'minReadySeconds'], at.child('spec')),
    ...validateWorkload(spec, { noun: 'deployment', owner: 'ReplicaSet' }, at.child('spec')),
  ],
  validateUpdate: validateSameSelector,
  validateStatusUpdate({ status = {} }, _, at) {
    const place = at.child('status');
    return [
      ...validateCounts(status, STATUS_COUNTS, place),
      ...validateParts(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], place),
      ...validateAvailable(status, place),
    ];
  },
  warnings: warningsOfTemplate,
});
