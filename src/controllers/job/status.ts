import type { Job, JobCondition, JobStatus } from '#gen/batch/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import { isPodReady } from '#reconciler/pod-state.ts';
import { timestamp } from '#reconciler/time.ts';
import { formatIndexes } from './indexes.ts';
import type { Outcome, Tally } from './plan.ts';
import { isIndexed, isSucceeded } from './pods.ts';

interface Seen {
  readonly counts: Tally;
  readonly pods: readonly Pod[];
  readonly end: Outcome | undefined;
  readonly nowMs: number;
}

/** The status after this pass. A job ends only when every pod has been counted and none is left running. */
export function jobStatus(job: Job, { counts, pods, end, nowMs }: Seen): JobStatus {
  const { succeeded, failed, uncounted, active } = counts;
  const now = timestamp(nowMs);
  const terminating = pods.filter(
    (pod) => pod.metadata.deletionTimestamp && !isSucceeded(pod) && pod.status?.phase !== 'Failed',
  ).length;
  const isSettled =
    active.length === 0 && terminating === 0 && uncounted.succeeded.length + uncounted.failed.length === 0;
  const isOver = end !== undefined && isSettled;
  const conditions = withEnd(suspension(job, now), { end, isOver, now });
  return {
    ...job.status,
    conditions: conditions.length > 0 ? conditions : undefined,
    startTime: job.spec.suspend ? undefined : (job.status?.startTime ?? now),
    ...(isOver && end.type === 'Complete' && { completionTime: now }),
    active: active.length || undefined,
    ready: active.filter(isPodReady).length,
    terminating,
    succeeded: succeeded || undefined,
    failed: failed || undefined,
    ...(isIndexed(job) && { completedIndexes: formatIndexes(counts.completedIndexes) || undefined }),
    ...(counts.failedIndexes && { failedIndexes: formatIndexes(counts.failedIndexes) }),
    uncountedTerminatedPods: {
      ...(uncounted.succeeded.length > 0 && { succeeded: uncounted.succeeded }),
      ...(uncounted.failed.length > 0 && { failed: uncounted.failed }),
    },
  };
}

function suspension({ spec, status }: Job, now: string): JobCondition[] {
  const conditions = status?.conditions ?? [];
  const old = conditions.find(({ type }) => type === 'Suspended');
  const others = conditions.filter(({ type }) => type !== 'Suspended');
  const is = spec.suspend ? 'True' : 'False';
  if (old?.status === is || (!old && !spec.suspend)) return conditions;
  const word = spec.suspend
    ? { reason: 'JobSuspended', message: 'Job suspended' }
    : { reason: 'JobResumed', message: 'Job resumed' };
  return [...others, { type: 'Suspended', status: is, lastProbeTime: now, lastTransitionTime: now, ...word }];
}

function withEnd(
  conditions: readonly JobCondition[],
  { end, isOver, now }: { end: Outcome | undefined; isOver: boolean; now: string },
): JobCondition[] {
  if (!end) return [...conditions];
  const types = [end.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', ...(isOver ? [end.type] : [])];
  const missing = types.filter((type) => !conditions.some((each) => each.type === type));
  const { reason, message } = end;
  return [
    ...conditions,
    ...missing.map((type) => ({ type, status: 'True', lastProbeTime: now, lastTransitionTime: now, reason, message })),
  ];
}
