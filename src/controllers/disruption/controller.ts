import { pods } from '#api/core/v1/pod.ts';
import { podDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import { selects } from '#apimachinery/labels.ts';
import { keyOf } from '#apimachinery/object.ts';
import type { Pod } from '#gen/core/v1.ts';
import type { PodDisruptionBudget } from '#gen/policy/v1.ts';
import type { ControllerDeps, ControllerFactory, ReconcileRequest, ReconcileResult } from '#reconciler/controller.ts';
import { enqueueSelf, watch } from '#reconciler/mappings.ts';
import { writeStatus } from '#reconciler/status-update.ts';
import { type BudgetView, budgetStatus, disrupted, failedStatus, needsScale } from './plan.ts';
import { expectedScale, NoScale, watchSizes } from './scale.ts';

/** Keeps the status of disruption budgets, which the eviction API spends. Source: kubernetes pkg/controller/disruption. */
export const disruptionController: ControllerFactory = (deps) => {
  const { informers } = deps;
  const budgets = informers.for(podDisruptionBudgets);
  watchSizes(informers);
  const keysOf = ({ metadata }: Pod): string[] =>
    budgets
      .list(metadata.namespace)
      .filter(({ spec }) => selects(spec.selector, metadata.labels))
      .map(keyOf);
  return {
    name: 'disruption-controller',
    watches: [
      enqueueSelf(podDisruptionBudgets),
      watch(pods, (pod, previous) => [...new Set([...keysOf(pod), ...(previous ? keysOf(previous) : [])])]),
    ],
    reconcile: (request) => reconcile(deps, request),
  };
};

async function reconcile(deps: ControllerDeps, { key, signal }: ReconcileRequest): Promise<ReconcileResult> {
  const { client, informers, clock, events } = deps;
  const budget = informers.for(podDisruptionBudgets).get(key);
  if (!budget) return;
  const chosen = informers
    .for(pods)
    .list(budget.metadata.namespace)
    .filter(({ metadata }) => selects(budget.spec.selector, metadata.labels));
  const nowMs = clock.now();
  if (chosen.length === 0)
    events.event(budget, { type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
  const expected = scaleOf(deps, budget, chosen);
  if (expected instanceof NoScale) {
    const status = failedStatus(budget, expected.message, nowMs);
    await writeStatus(client, { resource: podDisruptionBudgets, object: budget, status, signal });
    return;
  }
  const view: BudgetView = { budget, pods: chosen, expectedScale: expected, nowMs };
  const { pending, overdue, lapsesMs } = disrupted(view);
  for (const pod of overdue) {
    const message = `Pod was expected by PDB ${key} to be deleted but it wasn't`;
    events.event(pod, { type: 'Warning', reason: 'NotDeleted', message });
  }
  await writeStatus(client, {
    resource: podDisruptionBudgets,
    object: budget,
    status: budgetStatus(view, pending),
    signal,
  });
  return lapsesMs === undefined ? undefined : { requeueAfterMs: lapsesMs - nowMs + 1 };
}

/** @returns how many pods there should be, or why that cannot be said. */
function scaleOf(
  { informers, events }: ControllerDeps,
  budget: PodDisruptionBudget,
  chosen: readonly Pod[],
): number | NoScale {
  if (!needsScale(budget)) return 0;
  try {
    const { expected, unmanaged } = expectedScale(informers, chosen);
    if (unmanaged.length > 0) {
      const message =
        'Pods selected by this PodDisruptionBudget were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';
      events.event(budget, { type: 'Warning', reason: 'UnmanagedPods', message });
    }
    return expected;
  } catch (error) {
    if (!(error instanceof NoScale)) throw error;
    const message = `Failed to calculate the number of expected pods: ${error.message}`;
    events.event(budget, { type: 'Warning', reason: 'CalculateExpectedPodCountFailed', message });
    return error;
  }
}
