/** What a job has come to, and what it needs next. Source: kubernetes pkg/controller/job/job_controller.go. */
import type { Job, JobCondition, JobStatus } from '#gen/batch/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import { byExpendable } from './expendable.ts';
import { failureAction } from './failure-policy.ts';
import { parseIndexes } from './indexes.ts';
import { indexOf, isFailed, isIndexed, isSucceeded, isTracked } from './pods.ts';

/** The first wait after a failure, doubled by each further one in a row. Source: DefaultJobPodFailureBackOff. */
const BACKOFF_MS = 10_000;
const BACKOFF_LONGEST_MS = 600_000;

export interface Outcome {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

export interface Tally {
  readonly active: Pod[];
  readonly succeeded: number;
  readonly failed: number;
  readonly completedIndexes: ReadonlySet<number>;
  readonly uncounted: { succeeded: string[]; failed: string[] };
}

export const conditionOf = (status: JobStatus | undefined, type: string): JobCondition | undefined =>
  status?.conditions?.find((each) => each.type === type && each.status === 'True');

export const isFinished = ({ status }: Job): boolean =>
  ['Complete', 'Failed'].some((type) => conditionOf(status, type) !== undefined);

/**
 * Counts pods so that each counts once, whatever happens in between: an ended pod is first noted as uncounted, then
 * loses its finalizer, and only then goes into the counter.
 */
export function tally(job: Job, pods: readonly Pod[]): Tally {
  const { status } = job;
  const byUid = new Map(pods.map((pod) => [pod.metadata.uid, pod]));
  const isDue = (uid: string) => !isTrackedStill(byUid.get(uid));
  const before = {
    succeeded: status?.uncountedTerminatedPods?.succeeded ?? [],
    failed: status?.uncountedTerminatedPods?.failed ?? [],
  };
  const known = new Set([...before.succeeded, ...before.failed]);
  const completed = parseIndexes(status?.completedIndexes);
  const fresh = pods.filter((pod) => isTracked(pod) && !known.has(pod.metadata.uid));
  const succeededPods = fresh.filter(isSucceeded).filter((pod) => {
    if (!isIndexed(job)) return true;
    const index = indexOf(pod);
    if (index === undefined || index >= (job.spec.completions ?? 0) || completed.has(index)) return false;
    completed.add(index);
    return true;
  });
  const failedPods = fresh.filter((pod) => isFailed(job, pod) && failureAction(job, pod)?.action !== 'Ignore');
  const counted = (list: readonly string[]) => list.filter(isDue).length;
  const rest = (list: readonly string[], more: readonly Pod[]) => [
    ...list.filter((uid) => !isDue(uid)),
    ...more.map(({ metadata }) => metadata.uid),
  ];
  return {
    active: pods.filter((pod) => !isSucceeded(pod) && !isFailed(job, pod) && !pod.metadata.deletionTimestamp),
    succeeded: isIndexed(job) ? completed.size : (status?.succeeded ?? 0) + counted(before.succeeded),
    failed: (status?.failed ?? 0) + counted(before.failed),
    completedIndexes: completed,
    uncounted: {
      succeeded: rest(isIndexed(job) ? [] : before.succeeded, isIndexed(job) ? [] : succeededPods),
      failed: rest(before.failed, failedPods),
    },
  };
}

const isTrackedStill = (pod: Pod | undefined): boolean => pod !== undefined && isTracked(pod);

/** Whether the job has reached its end, by success or not. */
export function outcome(
  job: Job,
  pods: readonly Pod[],
  { counts, nowMs }: { counts: Tally; nowMs: number },
): Outcome | undefined {
  const target = conditionOf(job.status, 'FailureTarget');
  if (target) return { type: 'Failed', reason: target.reason ?? '', message: target.message ?? '' };
  const met = conditionOf(job.status, 'SuccessCriteriaMet');
  if (met) return { type: 'Complete', reason: met.reason ?? '', message: met.message ?? '' };
  return failureOf(job, pods, { counts, nowMs }) ?? successOf(job, counts);
}

function failureOf(
  job: Job,
  pods: readonly Pod[],
  { counts, nowMs }: { counts: Tally; nowMs: number },
): Outcome | undefined {
  const policy = pods.filter((pod) => pod.status?.phase === 'Failed').map((pod) => failureAction(job, pod));
  const fatal = policy.find((each) => each?.action === 'FailJob');
  if (fatal) return { type: 'Failed', reason: 'PodFailurePolicy', message: fatal.message };
  const limit = job.spec.backoffLimit ?? 6;
  const failures = counts.failed + counts.uncounted.failed.length;
  const isExceeded =
    failures > limit || (job.spec.template.spec.restartPolicy === 'OnFailure' && isPastRestarts(counts.active, limit));
  if (isExceeded)
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  const leftMs = untilDeadlineMs(job, nowMs);
  if (leftMs !== undefined && leftMs <= 0)
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  return undefined;
}

function isPastRestarts(active: readonly Pod[], limit: number): boolean {
  const statuses = active.flatMap(({ status }) => [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
  ]);
  const restarts = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

export function untilDeadlineMs({ spec, status }: Job, nowMs: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || spec.suspend || !status?.startTime) return undefined;
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - nowMs;
}

function successOf(job: Job, { succeeded, uncounted, active }: Tally): Outcome | undefined {
  const done = succeeded + uncounted.succeeded.length;
  const { completions } = job.spec;
  const isDone = completions === undefined ? done > 0 && active.length === 0 : done >= completions;
  if (!isDone || job.spec.suspend) return undefined;
  return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
}

export interface NextPods {
  /** One entry a pod to make: its index, or undefined where the job has none. */
  readonly create: (number | undefined)[];
  readonly remove: Pod[];
  /** Look again then: a back-off is running. */
  readonly waitMs?: number | undefined;
}

export function nextPods(
  job: Job,
  pods: readonly Pod[],
  { counts, nowMs }: { counts: Tally; nowMs: number },
): NextPods {
  const { parallelism = 1, completions, suspend } = job.spec;
  const { active } = counts;
  if (suspend) return { create: [], remove: [...active] };
  const done = counts.succeeded + counts.uncounted.succeeded.length;
  const open = completions === undefined ? (done > 0 ? active.length : parallelism) : Math.max(0, completions - done);
  const wanted = Math.min(parallelism, open);
  const terminating =
    job.spec.podReplacementPolicy === 'Failed' || job.spec.podFailurePolicy
      ? pods.filter((pod) => pod.metadata.deletionTimestamp && !isSucceeded(pod) && pod.status?.phase !== 'Failed')
          .length
      : 0;
  if (active.length > wanted) return { create: [], remove: byExpendable(active).slice(0, active.length - wanted) };
  const missing = wanted - active.length - terminating;
  if (missing <= 0) return { create: [], remove: [] };
  const waitMs = backoffMs(job, pods, nowMs);
  if (waitMs > 0) return { create: [], remove: [], waitMs };
  return {
    create: isIndexed(job) ? freeIndexes(job, counts, missing) : Array.from({ length: missing }, () => undefined),
    remove: [],
  };
}

function freeIndexes({ spec }: Job, { active, completedIndexes }: Tally, count: number): number[] {
  const taken = new Set(active.map(indexOf));
  const free: number[] = [];
  for (let index = 0; index < (spec.completions ?? 0) && free.length < count; index += 1) {
    if (!taken.has(index) && !completedIndexes.has(index)) free.push(index);
  }
  return free;
}

/** How long to wait before the next pod, after failures since the last success. */
function backoffMs(job: Job, pods: readonly Pod[], nowMs: number): number {
  const lastSuccessMs = Math.max(0, ...pods.filter(isSucceeded).map(endedMs));
  const failures = pods.filter((pod) => isFailed(job, pod) && endedMs(pod) > lastSuccessMs);
  if (failures.length === 0) return 0;
  const delayMs = Math.min(BACKOFF_LONGEST_MS, BACKOFF_MS * 2 ** (failures.length - 1));
  return Math.max(...failures.map(endedMs)) + delayMs - nowMs;
}

function endedMs({ status, metadata }: Pod): number {
  const times = (status?.containerStatuses ?? []).map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  const known = times.filter((time) => !Number.isNaN(time));
  if (known.length > 0) return Math.max(...known);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  return Date.parse(metadata.deletionTimestamp ?? ready ?? status?.startTime ?? metadata.creationTimestamp);
}
