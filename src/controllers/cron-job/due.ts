/** Which run of a cron job is due. Source: kubernetes pkg/controller/cronjob/utils.go. */
import type { CronJob } from '#gen/batch/v1.ts';
import type { Schedule } from './schedule.ts';

/** More missed runs than this are told to the user. */
const MANY_MISSED = 100;
/** A little late rather than a little early. Source: nextScheduleDelta. */
const DELTA_MS = 100;

export interface Due {
  /** The newest run whose time has come since the last; undefined when none has. */
  readonly scheduledMs: number | undefined;
  readonly missed: number;
  readonly isTooMany: boolean;
}

/** From when on runs count: the last one, or the job's creation, but no longer ago than its deadline. */
function earliestMs({ metadata, spec, status }: CronJob, nowMs: number): number {
  const sinceMs = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp);
  if (spec.startingDeadlineSeconds === undefined) return sinceMs;
  return Math.max(sinceMs, nowMs - spec.startingDeadlineSeconds * 1000);
}

export function dueRun(cronJob: CronJob, schedule: Schedule, nowMs: number): Due {
  const none = { scheduledMs: undefined, missed: 0, isTooMany: false };
  const first = schedule.next(earliestMs(cronJob, nowMs));
  if (first === undefined || nowMs < first) return none;
  const second = schedule.next(first);
  if (second === undefined || nowMs < second) return { scheduledMs: first, missed: 1, isTooMany: false };
  // Runs need not be evenly spaced: the spacing of the first two only tells from where to step.
  const missed = Math.floor((nowMs - first) / (second - first)) + 1;
  let latest = missed > MANY_MISSED ? (schedule.next(nowMs - 2 * (second - first)) ?? first) : first;
  if (latest > nowMs) latest = first;
  for (let next = schedule.next(latest); next !== undefined && next <= nowMs; next = schedule.next(next)) latest = next;
  return { scheduledMs: latest, missed, isTooMany: missed > MANY_MISSED };
}

/** Milliseconds until the run after the newest that was due. */
export function untilNextMs(cronJob: CronJob, schedule: Schedule, nowMs: number): number | undefined {
  const { startingDeadlineSeconds: _, ...spec } = cronJob.spec;
  const withoutDeadline = { ...cronJob, spec };
  const newest = dueRun(withoutDeadline, schedule, nowMs).scheduledMs ?? earliestMs(withoutDeadline, nowMs);
  const next = schedule.next(newest);
  return next === undefined ? undefined : Math.max(0, next - nowMs) + DELTA_MS;
}
