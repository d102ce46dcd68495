/** What becomes of single indexes under `backoffLimitPerIndex`. Source: KEP-3850, kubernetes pkg/controller/job/indexed_job_utils.go. */
import type { Job } from '#gen/batch/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import { failureAction } from './failure-policy.ts';
import { parseIndexes } from './indexes.ts';
import { indexOf, isFailed, isTracked } from './pods.ts';

export const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';
export const IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count';

export const hasLimitPerIndex = ({ spec }: Job): boolean => spec.backoffLimitPerIndex !== undefined;

const countIn = ({ metadata }: Pod, annotation: string): number =>
  Number.parseInt(metadata.annotations?.[annotation] ?? '0', 10) || 0;

/** The annotations of the pod that follows `replaced` at its index. */
export function failureCounts(job: Job, replaced: Pod | undefined): Record<string, string> {
  if (!hasLimitPerIndex(job)) return {};
  if (!replaced) return { [FAILURE_COUNT]: '0' };
  const isIgnored = failureAction(job, replaced)?.action === 'Ignore';
  const ignored = countIn(replaced, IGNORED_FAILURE_COUNT) + (isIgnored ? 1 : 0);
  return {
    [FAILURE_COUNT]: String(countIn(replaced, FAILURE_COUNT) + (isIgnored ? 0 : 1)),
    ...(ignored > 0 && { [IGNORED_FAILURE_COUNT]: String(ignored) }),
  };
}

/** How often the index has failed in a row, this pod's failure included, whether it counts or not. */
export const failuresUpTo = (pod: Pod): number => countIn(pod, FAILURE_COUNT) + countIn(pod, IGNORED_FAILURE_COUNT) + 1;

/** Whether this pod's failure was the last that its index may have. */
function endsIndex(job: Job, pod: Pod): boolean {
  const action = failureAction(job, pod)?.action;
  if (action === 'FailIndex') return true;
  return action !== 'Ignore' && countIn(pod, FAILURE_COUNT) >= (job.spec.backoffLimitPerIndex ?? 0);
}

/** The indexes that have failed for good; undefined where the job does not count by index. */
export function failedIndexesOf(job: Job, pods: readonly Pod[]): Set<number> | undefined {
  if (!hasLimitPerIndex(job)) return undefined;
  const failed = parseIndexes(job.status?.failedIndexes);
  for (const pod of pods.filter((each) => isTracked(each) && isFailed(job, each))) {
    const index = indexOf(pod);
    if (index !== undefined && index < (job.spec.completions ?? 0) && endsIndex(job, pod)) failed.add(index);
  }
  return failed;
}

/**
 * The failed pod of each open index that keeps its finalizer until its successor exists, for it carries the count.
 * Of several the one with the most failures.
 */
export function lastFailures(
  job: Job,
  pods: readonly Pod[],
  isClosed: (index: number) => boolean,
): ReadonlyMap<number, Pod> {
  const last = new Map<number, Pod>();
  if (!hasLimitPerIndex(job)) return last;
  for (const pod of pods.filter((each) => isTracked(each) && isFailed(job, each))) {
    const index = indexOf(pod);
    if (index === undefined || index >= (job.spec.completions ?? 0) || isClosed(index)) continue;
    const known = last.get(index);
    if (!known || failuresUpTo(pod) > failuresUpTo(known)) last.set(index, pod);
  }
  return last;
}
