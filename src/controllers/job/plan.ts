/** What a job has come to, and what it needs next. Source: kubernetes pkg/controller/job/job_controller.go. */
import type { Job, JobCondition, JobStatus } from '#gen/batch/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import { byExpendable } from './expendable.ts';
import { failureAction } from './failure-policy.ts';
import { failedIndexesOf, failuresUpTo, hasLimitPerIndex, lastFailures } from './index-failures.ts';
import { parseIndexes } from './indexes.ts';
import { indexOf, isFailed, isIndexed, isSucceeded, isTracked } from './pods.ts';
import { successPolicyMet } from './success-policy.ts';

/** The first wait after a failure, doubled by each further one in a row. Source: DefaultJobPodFailureBackOff. */
const BACKOFF_MS = 10_000;
const BACKOFF_LONGEST_MS = 600_000;
/** The largest int32: what no limit looks like in the API. */
const NO_LIMIT = 2_147_483_647;

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
  /** Only under `backoffLimitPerIndex`. */
  readonly failedIndexes?: ReadonlySet<number> | undefined;
  /** Failed pods that wait, with their finalizer, for their index's next pod. */
  readonly lastFailures: ReadonlyMap<number, Pod>;
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
  const inRange = (index: number | undefined): index is number =>
    index !== undefined && index < (job.spec.completions ?? 0);
  const completed = new Set([...parseIndexes(status?.completedIndexes)].filter(inRange));
  const fresh = pods.filter((pod) => isTracked(pod) && !known.has(pod.metadata.uid));
  const succeededPods = fresh.filter(isSucceeded).filter((pod) => {
    if (!isIndexed(job)) return true;
    const index = indexOf(pod);
    if (!inRange(index) || completed.has(index)) return false;
    completed.add(index);
    return true;
  });
  const active = pods.filter((pod) => !isSucceeded(pod) && !isFailed(job, pod) && !pod.metadata.deletionTimestamp);
  const failedIndexes = failedIndexesOf(job, pods);
  const taken = new Set(active.map(indexOf));
  const waiting = lastFailures(
    job,
    pods,
    (index) => taken.has(index) || completed.has(index) || failedIndexes?.has(index) === true,
  );
  const failedPods = fresh.filter(
    (pod) =>
      isFailed(job, pod) && failureAction(job, pod)?.action !== 'Ignore' && (!isIndexed(job) || inRange(indexOf(pod))),
  );
  const counted = (list: readonly string[]) => list.filter(isDue).length;
  const rest = (list: readonly string[], more: readonly Pod[]) => [
    ...list.filter((uid) => !isDue(uid)),
    ...more.map(({ metadata }) => metadata.uid),
  ];
  return {
    active,
    succeeded: isIndexed(job) ? completed.size : (status?.succeeded ?? 0) + counted(before.succeeded),
    failed: (status?.failed ?? 0) + counted(before.failed),
    completedIndexes: completed,
    ...(failedIndexes && { failedIndexes }),
    lastFailures: waiting,
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
  return (
    failureOf(job, pods, { counts, nowMs }) ??
    indexFailureOf(job, counts) ??
    policySuccessOf(job, counts) ??
    successOf(job, counts)
  );
}

function failureOf(
  job: Job,
  pods: readonly Pod[],
  { counts, nowMs }: { counts: Tally; nowMs: number },
): Outcome | undefined {
  const policy = pods.filter((pod) => pod.status?.phase === 'Failed').map((pod) => failureAction(job, pod));
  const fatal = policy.find((each) => each?.action === 'FailJob');
  if (fatal) return { type: 'Failed', reason: 'PodFailurePolicy', message: fatal.message };
  const limit = job.spec.backoffLimit ?? (hasLimitPerIndex(job) ? NO_LIMIT : 6);
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

function indexFailureOf({ spec }: Job, { failedIndexes, completedIndexes }: Tally): Outcome | undefined {
  if (!failedIndexes) return undefined;
  if (spec.maxFailedIndexes !== undefined && failedIndexes.size > spec.maxFailedIndexes)
    return {
      type: 'Failed',
      reason: 'MaxFailedIndexesExceeded',
      message: 'Job has exceeded the specified maximal number of failed indexes',
    };
  const ended = failedIndexes.size + completedIndexes.size;
  if (failedIndexes.size > 0 && ended >= (spec.completions ?? 0))
    return { type: 'Failed', reason: 'FailedIndexes', message: 'Job has failed indexes' };
  return undefined;
}

function policySuccessOf(job: Job, { completedIndexes }: Tally): Outcome | undefined {
  const message = isIndexed(job) ? successPolicyMet(job, completedIndexes) : undefined;
  return message === undefined ? undefined : { type: 'Complete', reason: 'SuccessPolicy', message };
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
  if (!isDone) return undefined;
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
  const surplus = isIndexed(job) ? surplusIndexes(active, completions ?? 0) : [];
  if (suspend) return { create: [], remove: [...active] };
  const done = counts.succeeded + counts.uncounted.succeeded.length;
  const open = completions === undefined ? (done > 0 ? active.length : parallelism) : Math.max(0, completions - done);
  const wanted = Math.min(parallelism, open);
  const terminating =
    job.spec.podReplacementPolicy === 'Failed' || job.spec.podFailurePolicy
      ? pods.filter((pod) => pod.metadata.deletionTimestamp && !isSucceeded(pod) && pod.status?.phase !== 'Failed')
          .length
      : 0;
  const rest = active.filter((pod) => !surplus.includes(pod));
  const excess = byExpendable(rest).slice(0, Math.max(0, rest.length - wanted));
  if (surplus.length + excess.length > 0) return { create: [], remove: [...surplus, ...excess] };
  const missing = wanted - active.length - terminating;
  if (missing <= 0) return { create: [], remove: [] };
  if (hasLimitPerIndex(job)) return dueIndexes(freeIndexes(job, counts, missing), counts, nowMs);
  const waitMs = backoffMs(job, pods, nowMs);
  if (waitMs > 0) return { create: [], remove: [], waitMs };
  return {
    create: isIndexed(job) ? freeIndexes(job, counts, missing) : Array.from({ length: missing }, () => undefined),
    remove: [],
  };
}

/** Pods whose index another, older one has already, or that is beyond the last. */
function surplusIndexes(active: readonly Pod[], completions: number): Pod[] {
  const seen = new Set<number>();
  return byExpendable(active)
    .toReversed()
    .filter((pod) => {
      const index = indexOf(pod);
      if (index === undefined || index >= completions || seen.has(index)) return true;
      seen.add(index);
      return false;
    });
}

/** Each index waits for itself after its own failures. */
function dueIndexes(indexes: readonly number[], { lastFailures: last }: Tally, nowMs: number): NextPods {
  const waits = indexes.map((index) => {
    const pod = last.get(index);
    return { index, waitMs: pod ? Math.max(0, endedMs(pod) + delayMs(failuresUpTo(pod)) - nowMs) : 0 };
  });
  const create = waits.filter(({ waitMs }) => waitMs === 0).map(({ index }) => index);
  const later = waits.filter(({ waitMs }) => waitMs > 0).map(({ waitMs }) => waitMs);
  return { create, remove: [], ...(later.length > 0 && { waitMs: Math.min(...later) }) };
}

const delayMs = (failures: number): number => Math.min(BACKOFF_LONGEST_MS, BACKOFF_MS * 2 ** (failures - 1));

function freeIndexes({ spec }: Job, { active, completedIndexes, failedIndexes }: Tally, count: number): number[] {
  const taken = new Set(active.map(indexOf));
  const free: number[] = [];
  for (let index = 0; index < (spec.completions ?? 0) && free.length < count; index += 1) {
    if (!taken.has(index) && !completedIndexes.has(index) && !failedIndexes?.has(index)) free.push(index);
  }
  return free;
}

/** How long to wait before the next pod, after failures since the last success. */
function backoffMs(job: Job, pods: readonly Pod[], nowMs: number): number {
  const lastSuccessMs = Math.max(0, ...pods.filter(isSucceeded).map(endedMs));
  // A pod that the job itself gave up, by suspension say, has lost its finalizer without having failed.
  const failures = pods.filter(
    (pod) => (pod.status?.phase === 'Failed' || (isTracked(pod) && isFailed(job, pod))) && endedMs(pod) > lastSuccessMs,
  );
  if (failures.length === 0) return 0;
  return Math.max(...failures.map(endedMs)) + delayMs(failures.length) - nowMs;
}

function endedMs({ status, metadata }: Pod): number {
  const times = (status?.containerStatuses ?? []).map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  const known = times.filter((time) => !Number.isNaN(time));
  if (known.length > 0) return Math.max(...known);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  return Date.parse(metadata.deletionTimestamp ?? ready ?? status?.startTime ?? metadata.creationTimestamp);
}
