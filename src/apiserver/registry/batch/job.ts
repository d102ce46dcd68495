import { isDeepStrictEqual } from 'node:util';
import { jobs } from '#api/batch/v1/job.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Job } from '#gen/batch/v1.ts';
import type { PodTemplateSpec } from '#gen/core/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { warningsOfTemplate } from '../core/pod/warnings.ts';
import { validateCounts } from '../validation/counts.ts';
import { IMMUTABLE, validateImmutable } from '../validation/fields.ts';
import { selectorMatches, validateLabelSelector } from '../validation/label-selector.ts';
import { validateJobSpec } from './job-spec.ts';

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

function validateSelector({ spec }: Job, at: FieldPath): FieldError[] {
  const place = at.child('selector');
  if (!spec.selector) return [place.required('')];
  const errors = validateLabelSelector(spec.selector, place);
  const labels = spec.template?.metadata?.labels;
  if (errors.length > 0 || selectorMatches(spec.selector, labels)) return errors;
  const sentence = '`selector` does not match template `labels`';
  return [at.child('template', 'metadata', 'labels').invalid(labels ?? null, sentence)];
}

const FIXED = ['selector', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;

/** Where a suspended job's pods may go can be changed until the first one starts. Source: KEP-2926. */
function comparable({ spec, status }: Job, previous: Job): PodTemplateSpec | undefined {
  const { template } = spec;
  const old = previous.spec.template;
  const isOpen = previous.spec.suspend && !status?.startTime && template?.spec && old?.spec;
  if (!isOpen) return template;
  const { nodeSelector, tolerations, schedulingGates } = old.spec;
  const affinity = template.spec.affinity || old.spec.affinity;
  const nodeAffinity = old.spec.affinity?.nodeAffinity;
  const open = { nodeSelector, tolerations, schedulingGates, affinity: affinity && { ...affinity, nodeAffinity } };
  const { labels, annotations } = old.metadata ?? {};
  return { ...template, metadata: { ...template.metadata, labels, annotations }, spec: { ...template.spec, ...open } };
}

const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

function validateCompletions({ spec: next }: Job, { spec: previous }: Job, at: FieldPath): FieldError[] {
  if (next.completions === previous.completions) return [];
  if (next.completionMode !== 'Indexed') return [at.invalid(next.completions ?? null, IMMUTABLE)];
  if (next.completions === next.parallelism && previous.completions === previous.parallelism) return [];
  return [at.invalid(next.completions ?? null, 'can only be modified in tandem with spec.parallelism')];
}

/** Source: pkg/apis/batch/validation, ValidateJobSpecUpdate. */
function validateFixed(next: Job, previous: Job, at: FieldPath): FieldError[] {
  const errors = validateCompletions(next, previous, at.child('completions'));
  const place = at.child('template');
  errors.push(...validateImmutable(next.spec.selector, previous.spec.selector, at.child('selector')));
  if (!isDeepStrictEqual(plain(comparable(next, previous)), plain(openedLike(next, previous)))) {
    errors.push(place.invalid(next.spec.template, IMMUTABLE));
  }
  errors.push(
    ...validateImmutable(next.spec.completionMode, previous.spec.completionMode, at.child('completionMode')),
    ...FIXED.slice(1).flatMap((name) => validateImmutable(next.spec[name], previous.spec[name], at.child(name))),
  );
  return errors;
}

function openedLike({ spec }: Job, { spec: previous }: Job): PodTemplateSpec | undefined {
  const affinity = previous.template?.spec?.affinity;
  const wasGiven = affinity ?? (spec.template?.spec?.affinity && previous.suspend ? {} : undefined);
  if (!wasGiven || affinity || !previous.template?.spec) return previous.template;
  return { ...previous.template, spec: { ...previous.template.spec, affinity: wasGiven } };
}

export const jobStrategy = defineStrategy(jobs, {
  prepareForCreate: generateSelector,
  validate: (job, at) => [...validateJobSpec(job.spec, at.child('spec')), ...validateSelector(job, at.child('spec'))],
  validateUpdate: (next, previous, at) => validateFixed(next, previous, at.child('spec')),
  validateStatusUpdate: ({ status = {} }, _, at) =>
    validateCounts(status, ['active', 'succeeded', 'failed', 'ready', 'terminating'], at.child('status')),
  defaultPropagation: 'Orphan',
  warnings: warningsOfTemplate,
});
