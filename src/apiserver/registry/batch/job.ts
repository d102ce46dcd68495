import { isDeepStrictEqual } from 'node:util';
import { jobs } from '#api/batch/v1/job.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Job } from '#gen/batch/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { validatePodTemplate } from '../core/pod/template.ts';
import { IMMUTABLE, notNegative } from '../validation/fields.ts';

/** Labels under the current and the legacy names, and a selector for this very job. Source: pkg/registry/batch/job/strategy.go. */
function generateSelector({ metadata, spec }: Job): void {
  if (spec.manualSelector || !spec.template) return;
  spec.template.metadata ??= {} as NonNullable<typeof spec.template.metadata>;
  spec.template.metadata.labels = {
    ...spec.template.metadata.labels,
    'batch.kubernetes.io/controller-uid': metadata.uid,
    'batch.kubernetes.io/job-name': metadata.name,
    'controller-uid': metadata.uid,
    'job-name': metadata.name,
  };
  // What is read back is defaulted, so a job without labels shows those of its pods from the start.
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...spec.template.metadata.labels };
  const uid = metadata.uid;
  spec.selector = { matchLabels: { ...spec.selector?.matchLabels, 'batch.kubernetes.io/controller-uid': uid } };
}

const COUNTS = [
  'parallelism',
  'completions',
  'backoffLimit',
  'activeDeadlineSeconds',
  'ttlSecondsAfterFinished',
] as const;

function validateSpec({ spec }: Job, at: FieldPath): FieldError[] {
  const errors = COUNTS.flatMap((name) => notNegative(spec[name], at.child(name)));
  errors.push(...validatePodTemplate(spec.template, at.child('template')));
  const policy = spec.template?.spec?.restartPolicy;
  if (policy === 'Always' || !policy) {
    const place = at.child('template', 'spec', 'restartPolicy');
    errors.push(place.required('valid values: "OnFailure", "Never"'));
  }
  if (spec.completionMode === 'Indexed' && spec.completions === undefined) {
    errors.push(at.child('completions').required('when completion mode is Indexed'));
  }
  return errors;
}

const FIXED = ['selector', 'template', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex'] as const;

function validateFixed({ spec: next }: Job, { spec: previous }: Job, at: FieldPath): FieldError[] {
  const errors = FIXED.filter((name) => !isDeepStrictEqual(next[name], previous[name])).map((name) =>
    at.child(name).invalid(next[name], IMMUTABLE),
  );
  if (next.completions !== previous.completions && next.completionMode !== 'Indexed') {
    errors.push(at.child('completions').invalid(next.completions, IMMUTABLE));
  }
  return errors;
}

export const jobStrategy = defineStrategy(jobs, {
  prepareForCreate: generateSelector,
  validate: (job, at) => validateSpec(job, at.child('spec')),
  validateUpdate: (next, previous, at) => validateFixed(next, previous, at.child('spec')),
  defaultPropagation: 'Orphan',
});
