import { pods } from '#api/core/v1/pod.ts';
import { podDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import { selects } from '#apimachinery/labels.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { failure, internalError, notFound, type StatusError } from '#apimachinery/status.ts';
import type { Pod } from '#gen/core/v1.ts';
import type { DeleteOptions } from '#gen/meta/v1.ts';
import type { Eviction, PodDisruptionBudget } from '#gen/policy/v1.ts';
import { admissionRequest } from '../registry/engine/admitting.ts';
import { cloneJson } from '../registry/engine/clone.ts';
import { type Call, callOf } from '../registry/engine/core.ts';
import { removeWith } from '../registry/engine/delete.ts';
import { existing } from '../registry/engine/get.ts';
import { matchName, matchNamespace, ownedBody } from '../registry/engine/identity.ts';
import { timestamp } from '../registry/engine/system-fields.ts';
import { transact } from '../registry/engine/transact.ts';
import { storageKey } from '../storage-keys.ts';
import { type SubresourceHandler, success } from './subresource.ts';

const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction' };
const REFUSED = "Cannot evict pod as it would violate the pod's disruption budget.";
const MAX_DISRUPTED = 2_000;

/** Deletes a pod where its disruption budget allows it. Source: registry/core/pod/storage/eviction.go. */
export const eviction: SubresourceHandler = {
  resource: pods,
  name: 'eviction',
  async serve(call) {
    const sent = ownedBody(call.request, EVICTION) as unknown as Eviction & KubeObject;
    matchNamespace(sent, call.request.namespace);
    if (sent.metadata.name) matchName(sent, call.request.name);
    const about = admissionRequest(call, { operation: 'CREATE', object: sent });
    await call.core.admission.admit(about);
    await call.core.admission.validate(about);
    const pod = existing(call) as Pod;
    const options = sent.deleteOptions ?? {};
    const isUnguarded = isDone(pod) || pod.metadata.deletionTimestamp !== undefined;
    if (!isUnguarded) await spendBudget(call, pod);
    await evict(call, pod, options);
    return success(201);
  },
};

function isDone({ status }: Pod): boolean {
  return ['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '');
}

/** Through the deletion of the pod itself, which has rules of its own; only this very pod is meant. */
async function evict(call: Call, pod: Pod, options: DeleteOptions): Promise<void> {
  const request = { ...call.request, verb: 'delete' as const, subresource: '', body: undefined };
  const deletion = { ...callOf(call.core, request), dryRun: call.dryRun || options.dryRun?.includes('All') === true };
  const preconditions = options.preconditions ?? { uid: pod.metadata.uid };
  await removeWith(deletion, { ...options, preconditions });
}

async function spendBudget(call: Call, pod: Pod): Promise<void> {
  const budgets = budgetsOf(call, pod);
  const [budget] = budgets;
  if (budgets.length > 1) throw tooManyBudgets();
  if (!budget || isExempt(pod, budget)) return;
  const resource = podDisruptionBudgets as unknown as Resource;
  const key = storageKey(resource, { namespace: budget.metadata.namespace ?? '', name: budget.metadata.name });
  await transact({ ...call, resource, strategy: call.core.strategyOf(resource) }, key, (current) => {
    if (!current) throw notFound(resource, budget.metadata.name);
    return { write: 'put', object: disrupted(current as PodDisruptionBudget, pod, call.nowMs) };
  });
}

function budgetsOf({ core }: Call, { metadata }: Pod): PodDisruptionBudget[] {
  const all = core.reader.list(podDisruptionBudgets, metadata.namespace);
  return all.filter(({ spec }) => spec?.selector && selects(spec.selector, metadata.labels ?? {}));
}

/** A pod that is not ready counts for nothing, so that evicting it harms nobody. */
function isExempt({ status }: Pod, { spec, status: budget }: PodDisruptionBudget): boolean {
  const isReady = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  if (isReady) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function disrupted(current: PodDisruptionBudget, pod: Pod, nowMs: number): PodDisruptionBudget {
  const next = cloneJson(current);
  const { metadata, status } = next;
  if (!status || (status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    throw refusal(`The disruption budget ${metadata.name} is still being processed by the server.`, 10);
  }
  const allowed = status.disruptionsAllowed ?? 0;
  if (allowed < 0) {
    throw failure({
      code: 403,
      reason: 'Forbidden',
      message: `poddisruptionbudgets.policy "${metadata.name}" is forbidden: pdb disruptions allowed is negative`,
    });
  }
  const disruptedPods = status.disruptedPods ?? {};
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED) {
    throw failure({
      code: 403,
      reason: 'Forbidden',
      message: `poddisruptionbudgets.policy "${metadata.name}" is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller`,
    });
  }
  if (allowed === 0) {
    const { desiredHealthy = 0, currentHealthy = 0 } = status;
    throw refusal(
      `The disruption budget ${metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
      0,
    );
  }
  status.disruptionsAllowed = allowed - 1;
  status.disruptedPods = { ...disruptedPods, [pod.metadata.name]: timestamp(nowMs) };
  return next;
}

function refusal(why: string, retryAfterSeconds: number): StatusError {
  const details = {
    causes: [{ reason: 'DisruptionBudget', message: why }],
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
  };
  return failure({ code: 429, reason: 'TooManyRequests', message: REFUSED, details });
}

function tooManyBudgets(): StatusError {
  return internalError(
    new Error('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'),
  );
}
