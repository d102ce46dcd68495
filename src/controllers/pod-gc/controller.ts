import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Informer } from '#client/informer.ts';
import type { Node, Pod } from '#gen/core/v1.ts';
import type { ControllerDeps, ControllerFactory } from '#reconciler/controller.ts';
import { isPodTerminal } from '#reconciler/pod-state.ts';
import { timestamp } from '#reconciler/time.ts';

const PERIOD_MS = 20_000;
/** A node may be missing for this long before its pods go. */
const QUARANTINE_MS = 40_000;
/** Ended pods beyond this many go, oldest first. Source: --terminated-pod-gc-threshold. */
const TERMINATED_LIMIT = 12_500;
const KEY = 'all';

/** Removes pods that nobody else will: of lost nodes, ended ones beyond the limit, unscheduled ones being deleted. */
export const podGarbageCollector: ControllerFactory = (deps) => {
  const { informers, clock } = deps;
  const missingSince = new Map<string, number>();
  const podsNow = informers.for(pods);
  const nodesNow = informers.for(nodes);
  return {
    name: 'pod-garbage-collector',
    watches: [],
    workers: 1,
    start: (enqueue) => enqueue(KEY),
    async reconcile({ signal }) {
      const all = podsNow.list();
      const missing = new Set(all.map(({ spec }) => spec.nodeName).filter((name) => name && !nodesNow.get(name)));
      for (const name of missingSince.keys()) if (!missing.has(name)) missingSince.delete(name);
      for (const name of missing) if (name && !missingSince.has(name)) missingSince.set(name, clock.now());
      const isLost = ({ spec }: Pod) =>
        clock.now() - (missingSince.get(spec.nodeName ?? '') ?? Infinity) >= QUARANTINE_MS;
      for (const pod of all.filter(isLost))
        await remove(deps, pod, { message: 'PodGC: node no longer exists', signal });
      for (const pod of all.filter(({ spec, metadata }) => !spec.nodeName && metadata.deletionTimestamp))
        await remove(deps, pod, { signal });
      for (const pod of all.filter((each) => each.metadata.deletionTimestamp && isOutOfService(nodesNow, each)))
        await remove(deps, pod, { signal });
      const ended = all.filter((pod) => isPodTerminal(pod)).sort(mostExpendableFirst);
      for (const pod of ended.slice(0, Math.max(0, ended.length - TERMINATED_LIMIT)))
        await remove(deps, pod, { signal });
      return { requeueAfterMs: PERIOD_MS };
    },
  };
};

/** Whether an administrator has declared the pod's node, which is not ready, to be lost. Source: KEP-2268. */
function isOutOfService(nodesNow: Informer<Node>, { spec }: Pod): boolean {
  const node = spec.nodeName ? nodesNow.get(spec.nodeName) : undefined;
  const isReady = node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return !isReady && node?.spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/out-of-service') === true;
}

/** Evicted pods before others, then the oldest. */
function mostExpendableFirst(a: Pod, b: Pod): number {
  const rank = ({ status }: Pod) => (status?.phase === 'Failed' && status.reason === 'Evicted' ? 0 : 1);
  return (
    rank(a) - rank(b) ||
    a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
    a.metadata.name.localeCompare(b.metadata.name)
  );
}

/** A pod that had not ended is first marked as failed, so that its owner counts it. */
async function remove(
  { client, clock }: ControllerDeps,
  pod: Pod,
  { message, signal }: { message?: string; signal: AbortSignal },
): Promise<void> {
  const { namespace = '', name } = pod.metadata;
  const disruption = message && {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message,
    lastTransitionTime: timestamp(clock.now()),
  };
  try {
    if (!isPodTerminal(pod)) {
      const patch = { status: { phase: 'Failed', ...(disruption && { conditions: [disruption] }) } };
      await client.patch(
        pods,
        { namespace, name, subresource: 'status' },
        { patchType: 'application/strategic-merge-patch+json', patch },
        { signal },
      );
    }
    await client.delete(pods, { namespace, name }, { gracePeriodSeconds: 0, signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
