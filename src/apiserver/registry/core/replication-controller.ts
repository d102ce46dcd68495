import { replicationControllers } from '#api/core/v1/replication-controller.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { ReplicationControllerSpec } from '#gen/core/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { validateAvailable, validateCounts, validateParts } from '../validation/counts.ts';
import { selectorMatches } from '../validation/label-selector.ts';
import { validatePodTemplate } from './pod/template.ts';
import { warningsOfTemplate } from './pod/warnings.ts';

const STATUS_COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'];

function validateTemplate({ selector = {}, template }: ReplicationControllerSpec, at: FieldPath): FieldError[] {
  if (!template) return [at.required('')];
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {};
  const labels = template.metadata?.labels;
  const errors: FieldError[] = [];
  if (Object.keys(selector).length > 0 && !selectorMatches({ matchLabels: selector }, labels)) {
    const sentence = '`selector` does not match template `labels`';
    errors.push(at.child('metadata', 'labels').invalid(labels ?? null, sentence));
  }
  errors.push(...validatePodTemplate(template, at));
  if (restartPolicy !== 'Always') {
    errors.push(at.child('spec', 'restartPolicy').notSupported(restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const sentence = 'activeDeadlineSeconds in ReplicationController is not Supported';
    errors.push(at.child('spec', 'activeDeadlineSeconds').forbidden(sentence));
  }
  return errors;
}

/** Source: pkg/apis/core/validation, ValidateReplicationControllerSpec. */
export const replicationControllerStrategy = defineStrategy(replicationControllers, {
  validate({ spec = {} }, at) {
    const place = at.child('spec');
    return [
      ...validateCounts(spec, ['minReadySeconds'], place),
      ...(Object.keys(spec.selector ?? {}).length > 0 ? [] : [place.child('selector').required('')]),
      ...validateCounts(spec, ['replicas'], place),
      ...validateTemplate(spec, place.child('template')),
    ];
  },
  validateStatusUpdate: ({ status = {} }, _, at) => [
    ...validateCounts(status, STATUS_COUNTS, at.child('status')),
    ...validateParts(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], at.child('status')),
    ...validateAvailable(status, at.child('status')),
  ],
  warnings: warningsOfTemplate,
});
