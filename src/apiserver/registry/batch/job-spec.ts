import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { JobSpec } from '#gen/batch/v1.ts';
import { validatePodTemplate } from '../core/pod/template.ts';
import { validateDomainPath } from '../validation/domain-path.ts';
import { notNegative } from '../validation/fields.ts';
import { validatePodFailurePolicy } from './pod-failure-policy.ts';
import { validateSuccessPolicy } from './success-policy.ts';

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;
const INDEXED_ONLY = ['backoffLimitPerIndex', 'maxFailedIndexes'] as const;
const MAX_PARALLEL_INDEXES = 100_000;
const MAX_MANAGER_BYTES = 63;

function validateIndexed(spec: JobSpec, at: FieldPath): FieldError[] {
  const { completions, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const errors: FieldError[] = [];
  if (completions === undefined) errors.push(at.child('completions').required('when completion mode is Indexed'));
  if (parallelism > MAX_PARALLEL_INDEXES) {
    const sentence = `must be less than or equal to ${MAX_PARALLEL_INDEXES} when completion mode is Indexed`;
    errors.push(at.child('parallelism').invalid(parallelism, sentence));
  }
  if (completions !== undefined && (maxFailedIndexes ?? 0) > completions) {
    const sentence = 'must be less than or equal to completions';
    errors.push(at.child('maxFailedIndexes').invalid(maxFailedIndexes, sentence));
  }
  if (maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined) {
    errors.push(at.child('backoffLimitPerIndex').required('when maxFailedIndexes is specified'));
  }
  return errors;
}

function validateMode(spec: JobSpec, at: FieldPath): FieldError[] {
  if (spec.completionMode === 'Indexed') return validateIndexed(spec, at);
  if (spec.completionMode !== undefined && spec.completionMode !== 'NonIndexed') {
    return [at.child('completionMode').notSupported(spec.completionMode, ['NonIndexed', 'Indexed'])];
  }
  const errors = INDEXED_ONLY.filter((name) => spec[name] !== undefined).map((name) =>
    at.child(name).invalid(spec[name], 'requires indexed completion mode'),
  );
  if (spec.successPolicy) {
    errors.push(at.child('successPolicy').invalid(spec.successPolicy, 'requires indexed completion mode'));
  }
  return errors;
}

function validateReplacement({ podReplacementPolicy: policy, podFailurePolicy }: JobSpec, at: FieldPath): FieldError[] {
  if (policy === undefined) return [];
  const allowed = podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  return allowed.includes(policy) ? [] : [at.notSupported(policy, allowed)];
}

function validateRestart({ template, podFailurePolicy }: JobSpec, at: FieldPath): FieldError[] {
  const policy = template?.spec?.restartPolicy;
  if (!policy || policy === 'Always') return [at.required('valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [at.notSupported(policy, ['OnFailure', 'Never'])];
  if (!podFailurePolicy || policy === 'Never') return [];
  return [at.invalid(policy, 'only "Never" is supported when podFailurePolicy is specified')];
}

function validateManager(manager: string | undefined, at: FieldPath): FieldError[] {
  if (manager === undefined) return [];
  const errors = validateDomainPath(manager, at);
  return Buffer.byteLength(manager) > MAX_MANAGER_BYTES ? [...errors, at.tooLong(MAX_MANAGER_BYTES)] : errors;
}

/** Source: pkg/apis/batch/validation, validateJobSpec. */
export function validateJobSpec(spec: JobSpec, at: FieldPath): FieldError[] {
  return [
    ...COUNTS.flatMap((name) => notNegative(spec[name], at.child(name))),
    ...validateManager(spec.managedBy, at.child('managedBy')),
    ...validateMode(spec, at),
    ...(spec.podFailurePolicy ? validatePodFailurePolicy(spec, at.child('podFailurePolicy')) : []),
    ...(spec.successPolicy ? validateSuccessPolicy(spec, at.child('successPolicy')) : []),
    ...validateReplacement(spec, at.child('podReplacementPolicy')),
    ...validatePodTemplate(spec.template, at.child('template')),
    ...validateRestart(spec, at.child('template', 'spec', 'restartPolicy')),
  ];
}
