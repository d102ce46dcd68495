import { controllerRevisions } from '#api/apps/v1/controller-revision.ts';
import { daemonSets } from '#api/apps/v1/daemon-set.ts';
import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { isEmptySelector, selects } from '#apimachinery/labels.ts';
import { controllerOf, keyOf } from '#apimachinery/object.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { DaemonSet } from '#gen/apps/v1.ts';
import type { Node, Pod } from '#gen/core/v1.ts';
import { claim } from '#reconciler/claims.ts';
import type { ControllerDeps, ControllerFactory, ReconcileRequest, ReconcileResult } from '#reconciler/controller.ts';
import { enqueueSelf, ownerKey, watch } from '#reconciler/mappings.ts';
import { isNamespaceGoing } from '#reconciler/namespace-going.ts';
import { untilAvailableMs } from '#reconciler/pod-state.ts';
import { planTruncation, removeRevisions, syncHistory } from '#reconciler/revisions.ts';
import { slowStart } from '#reconciler/slow-start.ts';
import { writeStatus } from '#reconciler/status-update.ts';
import { canonicalJson } from '#reconciler/template-hash.ts';
import { type EndedBackoff, endedBackoff } from './ended-backoff.ts';
import { daemonPod, HASH_LABEL, nodeOf } from './placement.ts';
import { type DaemonPlan, type DaemonView, daemonSetStatus, planRolling, planUpkeep } from './plan.ts';

/** Source: kubernetes pkg/controller/daemon/daemon_controller.go. */
export const daemonSetController: ControllerFactory = (deps) => {
  const { informers, clock } = deps;
  const sets = informers.for(daemonSets);
  informers.for(controllerRevisions);
  const backoff = endedBackoff(clock);
  const podKeys = (pod: Pod): string[] => {
    if (controllerOf(pod)) return [ownerKey(pod, 'DaemonSet')].filter((key) => key !== undefined);
    return sets
      .list(pod.metadata.namespace)
      .filter((set) => selects(set.spec.selector, pod.metadata.labels))
      .map(keyOf);
  };
  return {
    name: 'daemon-set-controller',
    watches: [
      enqueueSelf(daemonSets),
      watch(pods, (pod, previous) => [...new Set([...podKeys(pod), ...(previous ? podKeys(previous) : [])])]),
      watch(nodes, (node, previous) => (isSamePlace(node, previous) ? [] : sets.list().map(keyOf))),
    ],
    reconcile: (request) => reconcile(deps, request, backoff),
  };
};

/** Heartbeats change nothing for anybody. */
function isSamePlace(node: Node, previous: Node | undefined): boolean {
  const of = (each: Node) => canonicalJson([each.metadata.labels, each.spec?.taints, each.metadata.deletionTimestamp]);
  return previous !== undefined && of(node) === of(previous);
}

async function reconcile(
  deps: ControllerDeps,
  { key, signal }: ReconcileRequest,
  backoff: EndedBackoff,
): Promise<ReconcileResult> {
  const { client, informers, clock, events } = deps;
  const set = informers.for(daemonSets).get(key);
  if (!set) return;
  if (isEmptySelector(set.spec.selector)) {
    const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
    events.event(set, { type: 'Warning', reason: 'SelectingAll', message });
    return;
  }
  if (set.metadata.deletionTimestamp) return;
  const isSelected = (labels: Readonly<Record<string, string>> | undefined) => selects(set.spec.selector, labels);
  const family = { client, owner: set, ownerResource: daemonSets, isSelected, signal };
  const { namespace } = set.metadata;
  const known = await claim({
    ...family,
    resource: controllerRevisions,
    objects: informers.for(controllerRevisions).list(namespace),
  });
  const history = await syncHistory({
    client,
    owner: set,
    ownerResource: daemonSets,
    template: set.spec.template,
    hashLabel: HASH_LABEL,
    revisions: known,
    collisionCount: set.status?.collisionCount,
    signal,
  });
  const owned = await claim({ ...family, resource: pods, objects: informers.for(pods).list(namespace) });
  const view: DaemonView = {
    set,
    nodes: informers.for(nodes).list(),
    pods: owned,
    hash: history.latest.metadata.labels?.[HASH_LABEL] ?? '',
    nowMs: clock.now(),
  };
  const upkeep = planUpkeep(view);
  const isTidy = upkeep.create.length + upkeep.remove.length + upkeep.ended.length === 0;
  const pass = { view, plan: isTidy ? planRolling(view) : upkeep, signal };
  const { error, waitMs } = await carryOut(deps, pass, backoff);
  await writeStatus(client, {
    resource: daemonSets,
    object: set,
    status: daemonSetStatus(view, history.collisionCount),
    signal,
  });
  if (error) throw error;
  const used = new Set([view.hash, ...owned.map(({ metadata }) => metadata.labels?.[HASH_LABEL] ?? '')]);
  const spent = planTruncation(history.revisions, {
    isLive: ({ metadata }) => used.has(metadata.labels?.[HASH_LABEL] ?? ''),
    limit: set.spec.revisionHistoryLimit,
  });
  await removeRevisions(client, spent, signal);
  return soonest([waitMs, ...owned.map((pod) => untilAvailableMs(pod, set.spec.minReadySeconds ?? 0, view.nowMs))]);
}

function soonest(waits: readonly (number | undefined)[]): ReconcileResult {
  const ahead = waits.filter((each): each is number => each !== undefined && each > 0);
  return ahead.length > 0 ? { requeueAfterMs: Math.min(...ahead) } : undefined;
}

interface Pass {
  readonly view: DaemonView;
  readonly plan: DaemonPlan;
  readonly signal: AbortSignal;
}

async function carryOut(
  deps: ControllerDeps,
  { view, plan, signal }: Pass,
  backoff: EndedBackoff,
): Promise<{ error?: unknown; waitMs?: number | undefined }> {
  const { client, events } = deps;
  const { set, hash } = view;
  const made = await slowStart(plan.create.length, async (at) => {
    try {
      const pod = await client.create(pods, daemonPod(set, { node: plan.create[at] ?? '', hash }), { signal });
      events.event(set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
    } catch (error) {
      const message = `Error creating: ${(error as Error).message}`;
      if (!isNamespaceGoing(error)) events.event(set, { type: 'Warning', reason: 'FailedCreate', message });
      throw error;
    }
  });
  let error = isNamespaceGoing(made.error) ? undefined : made.error;
  let waitMs: number | undefined;
  const due = plan.ended.filter((pod) => {
    const leftMs = backoff.leftMs(set, nodeOf(pod) ?? '');
    if (leftMs > 0) waitMs = Math.min(waitMs ?? leftMs, leftMs);
    return leftMs === 0;
  });
  for (const pod of due) sayEnded(deps, set, pod);
  for (const pod of [...plan.remove, ...due])
    await remove(deps, { set, pod, signal }).catch((failed: unknown) => {
      error ??= failed;
    });
  return { error, waitMs };
}

function sayEnded({ events }: ControllerDeps, set: DaemonSet, pod: Pod): void {
  const isFailed = pod.status?.phase === 'Failed';
  const where = `${keyOf(pod)} on node ${pod.spec.nodeName ?? ''}`;
  events.event(set, {
    type: isFailed ? 'Warning' : 'Normal',
    reason: isFailed ? 'FailedDaemonPod' : 'SucceededDaemonPod',
    message: isFailed
      ? `Found failed daemon pod ${where}, will try to kill it`
      : `Found succeeded daemon pod ${where}, will try to delete it`,
  });
}

async function remove(
  { client, events }: ControllerDeps,
  { set, pod, signal }: { set: DaemonSet; pod: Pod; signal: AbortSignal },
): Promise<void> {
  const { name, namespace = '', uid } = pod.metadata;
  try {
    await client.delete(pods, { namespace, name }, { signal, preconditions: { uid } });
    events.event(set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` });
  } catch (error) {
    if (isNotFound(error)) return;
    const message = `Error deleting: ${(error as Error).message}`;
    events.event(set, { type: 'Warning', reason: 'FailedDelete', message });
    throw error;
  }
}
