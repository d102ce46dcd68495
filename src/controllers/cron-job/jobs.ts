import { cronJobs } from '#api/batch/v1/cron-job.ts';
import type { Creatable } from '#apimachinery/object.ts';
import type { CronJob, Job } from '#gen/batch/v1.ts';
import { controllerReference } from '#reconciler/claims.ts';
import type { TimeZone } from './time-zone.ts';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** `name-<minutes since 1970>`: the same run always makes the same name, so that it cannot run twice. */
export const jobName = ({ metadata }: CronJob, scheduledMs: number): string =>
  `${metadata.name}-${Math.floor(scheduledMs / 60_000)}`;

export function jobFor(cronJob: CronJob, scheduledMs: number, zone: TimeZone): Creatable<Job> {
  const { metadata, spec } = cronJob.spec.jobTemplate ?? {};
  if (!spec) throw new Error(`cron job ${cronJob.metadata.name} has no job template`);
  return {
    metadata: {
      name: jobName(cronJob, scheduledMs),
      namespace: cronJob.metadata.namespace,
      ...(metadata?.labels && { labels: { ...metadata.labels } }),
      annotations: { ...metadata?.annotations, [SCHEDULED]: zonedTimestamp(scheduledMs, zone) },
      ownerReferences: [controllerReference(cronJobs, cronJob)],
    },
    spec,
  };
}

/** RFC 3339 with the zone's offset, `Z` for none. */
export function zonedTimestamp(epochMs: number, zone: TimeZone): string {
  const { year, month, day, hour, minute, second } = zone.wallAt(epochMs);
  const localMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const offset = Math.round((localMs - epochMs) / 60_000);
  const local = new Date(localMs).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const two = (value: number) => String(value).padStart(2, '0');
  const size = Math.abs(offset);
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** `Complete` or `Failed` once the job has ended. */
export const endOf = ({ status }: Job): string | undefined =>
  status?.conditions?.find(({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True')?.type;

/** The ended jobs beyond the history limits, those that started first. */
export function planHistory(cronJob: CronJob, jobs: readonly Job[]): Job[] {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cronJob.spec;
  return [...surplus(jobs, 'Failed', failedJobsHistoryLimit), ...surplus(jobs, 'Complete', successfulJobsHistoryLimit)];
}

function surplus(jobs: readonly Job[], end: string, limit: number | undefined): Job[] {
  if (limit === undefined) return [];
  const ended = jobs.filter((job) => endOf(job) === end && !job.metadata.deletionTimestamp).sort(byStart);
  return ended.slice(0, Math.max(0, ended.length - limit));
}

/** Jobs without a start come last. */
function byStart(a: Job, b: Job): number {
  const [first, second] = [a.status?.startTime ?? '~', b.status?.startTime ?? '~'];
  return first.localeCompare(second) || a.metadata.name.localeCompare(b.metadata.name);
}
