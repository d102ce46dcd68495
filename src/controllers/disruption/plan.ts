/** How many pods of a budget may be evicted now. Source: kubernetes pkg/controller/disruption/disruption.go. */
import type { Pod } from '#gen/core/v1.ts';
import type { Condition } from '#gen/meta/v1.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '#gen/policy/v1.ts';
import { scaled } from '#reconciler/int-or-percent.ts';
import { isPodReady } from '#reconciler/pod-state.ts';
import { timestamp } from '#reconciler/time.ts';

/** An eviction that has been granted must be seen as a deletion within this time. Source: DeletionTimeout. */
export const DELETION_LIMIT_MS = 120_000;

export interface BudgetView {
  readonly budget: PodDisruptionBudget;
  readonly pods: readonly Pod[];
  /** The sum of the sizes of the pods' controllers. */
  readonly expectedScale: number;
  readonly nowMs: number;
}

/** Whether the budget is counted against the sizes of controllers rather than against the pods that there are. */
export const needsScale = ({ spec }: PodDisruptionBudget): boolean =>
  spec.maxUnavailable !== undefined || typeof spec.minAvailable === 'string';

function wanted({ budget, pods, expectedScale }: BudgetView): { expectedPods: number; desiredHealthy: number } {
  const { maxUnavailable, minAvailable } = budget.spec;
  if (maxUnavailable !== undefined) {
    const desiredHealthy = Math.max(0, expectedScale - scaled(maxUnavailable, expectedScale, 'up'));
    return { expectedPods: expectedScale, desiredHealthy };
  }
  if (typeof minAvailable === 'string')
    return { expectedPods: expectedScale, desiredHealthy: scaled(minAvailable, expectedScale, 'up') };
  return { expectedPods: pods.length, desiredHealthy: minAvailable ?? 0 };
}

export interface Disrupted {
  /** Granted evictions that are still to be carried out, by pod name. */
  readonly pending: Record<string, string>;
  /** Pods whose eviction was granted but never happened. */
  readonly overdue: Pod[];
  /** When the next grant lapses. */
  readonly lapsesMs: number | undefined;
}

export function disrupted({ budget, pods, nowMs }: BudgetView): Disrupted {
  const pending: Record<string, string> = {};
  const overdue: Pod[] = [];
  let lapsesMs: number | undefined;
  for (const pod of pods) {
    const since = budget.status?.disruptedPods?.[pod.metadata.name];
    if (since === undefined || pod.metadata.deletionTimestamp) continue;
    const limitMs = Date.parse(since) + DELETION_LIMIT_MS;
    if (limitMs < nowMs) overdue.push(pod);
    else {
      pending[pod.metadata.name] = since;
      lapsesMs = Math.min(lapsesMs ?? limitMs, limitMs);
    }
  }
  return { pending, overdue, lapsesMs };
}

export function budgetStatus(view: BudgetView, pending: Record<string, string>): PodDisruptionBudgetStatus {
  const { budget, pods, nowMs } = view;
  const { expectedPods, desiredHealthy } = wanted(view);
  const isHealthy = (pod: Pod) =>
    !pod.metadata.deletionTimestamp && pending[pod.metadata.name] === undefined && isPodReady(pod);
  const currentHealthy = pods.filter(isHealthy).length;
  const spare = currentHealthy - desiredHealthy;
  const disruptionsAllowed = expectedPods <= 0 || spare <= 0 ? 0 : spare;
  const word =
    disruptionsAllowed > 0
      ? { status: 'True', reason: 'SufficientPods', message: '' }
      : { status: 'False', reason: 'InsufficientPods', message: '' };
  return {
    observedGeneration: budget.metadata.generation,
    ...(Object.keys(pending).length > 0 && { disruptedPods: pending }),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions: withAllowed(budget, word, nowMs),
  };
}

/** Nothing may be evicted while the budget cannot be counted. */
export const failedStatus = (
  budget: PodDisruptionBudget,
  message: string,
  nowMs: number,
): PodDisruptionBudgetStatus => ({
  ...budget.status,
  disruptionsAllowed: 0,
  conditions: withAllowed(budget, { status: 'False', reason: 'SyncFailed', message }, nowMs),
});

function withAllowed(
  { status, metadata }: PodDisruptionBudget,
  word: { status: string; reason: string; message: string },
  nowMs: number,
): Condition[] {
  const conditions = status?.conditions ?? [];
  const old = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const lastTransitionTime = old?.status === word.status ? old.lastTransitionTime : timestamp(nowMs);
  const fresh = { type: 'DisruptionAllowed', ...word, observedGeneration: metadata.generation, lastTransitionTime };
  return [...conditions.filter(({ type }) => type !== 'DisruptionAllowed'), fresh as Condition];
}
