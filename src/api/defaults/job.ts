import type { CronJob, Job, JobSpec } from '#gen/batch/v1.ts';
import { defaultPodTemplate } from './pod.ts';
import { specOf } from './spec.ts';

const UNLIMITED = 2_147_483_647;

function defaultCounts(spec: JobSpec): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : UNLIMITED;
}

function defaultPolicies(spec: JobSpec): void {
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  }
}

/** Source: pkg/apis/batch/v1/defaults.go, SetDefaults_Job. */
export function defaultJob(job: Job): void {
  const { metadata } = job;
  const spec = specOf(job);
  defaultCounts(spec);
  defaultPolicies(spec);
  const labels = spec.template?.metadata?.labels;
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
  defaultPodTemplate(spec.template);
}

/** The jobs' own defaults wait until a job is made. Source: pkg/apis/batch/v1/defaults.go, SetDefaults_CronJob. */
export function defaultCronJob(job: CronJob): void {
  const spec = specOf(job);
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  defaultPodTemplate(spec.jobTemplate?.spec?.template);
}
