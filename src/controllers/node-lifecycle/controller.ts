import { isDeepStrictEqual } from 'node:util';
import { leases } from '#api/coordination/v1/lease.ts';
import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Node } from '#gen/core/v1.ts';
import type { ControllerDeps, ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf, watch } from '#reconciler/mappings.ts';
import { podCondition } from '#reconciler/pod-state.ts';
import { timestamp } from '#reconciler/time.ts';
import { plannedTaints, silentConditions } from './plan.ts';

const LEASES = 'kube-node-lease';
const MONITOR_PERIOD_MS = 5_000;
/** A node that has never reported is given longer. Source: --node-startup-grace-period. */
const STARTUP_GRACE_MS = 60_000;

/** Notices nodes that have fallen silent, and taints nodes by their conditions. */
export const nodeLifecycleController: ControllerFactory = (deps) => {
  const { client, informers, clock, options } = deps;
  const heartbeats = new Map<string, { sign: string; seenMs: number }>();

  /** When this process last saw a new sign of life: clocks of nodes are not to be trusted. */
  const lastSeenMs = (node: Node): number => {
    const { name } = node.metadata;
    const lease = informers.for(leases).get(`${LEASES}/${name}`);
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
    const sign = `${node.metadata.uid} ${lease?.spec?.renewTime} ${ready?.status === 'Unknown' ? '' : ready?.lastHeartbeatTime}`;
    const known = heartbeats.get(name);
    if (known?.sign === sign) return known.seenMs;
    const seenMs = clock.now();
    heartbeats.set(name, { sign, seenMs });
    return seenMs;
  };

  return {
    name: 'node-controller',
    watches: [
      enqueueSelf(nodes),
      watch(leases, ({ metadata }) =>
        metadata.namespace === LEASES && informers.for(nodes).get(metadata.name) ? [metadata.name] : [],
      ),
    ],
    async reconcile({ key: name, signal }) {
      const found = informers.for(nodes).get(name);
      if (!found) {
        heartbeats.delete(name);
        return;
      }
      const ready = found.status?.conditions?.find(({ type }) => type === 'Ready');
      const graceMs = ready ? options.nodeMonitorGraceMs : Math.max(STARTUP_GRACE_MS, options.nodeMonitorGraceMs);
      const silentMs = clock.now() - lastSeenMs(found);
      const node = silentMs > graceMs ? await giveUp(deps, found, signal) : found;
      await taint(deps, node, signal);
      if (isNotReady(node)) await markPods(deps, node, signal);
      return { requeueAfterMs: MONITOR_PERIOD_MS };
    },
  };

  async function taint(_: ControllerDeps, node: Node, signal: AbortSignal): Promise<void> {
    const taints = plannedTaints(node, clock.now());
    if (isDeepStrictEqual(taints, node.spec?.taints ?? [])) return;
    const { name, resourceVersion } = node.metadata;
    const patch = { metadata: { resourceVersion }, spec: { taints: taints.length > 0 ? taints : null } };
    await client.patch(
      nodes,
      { namespace: '', name },
      { patchType: 'application/merge-patch+json', patch },
      { signal },
    );
  }
};

const isNotReady = ({ status }: Node): boolean => {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready !== undefined && ready.status !== 'True';
};

async function giveUp({ client, clock, events }: ControllerDeps, node: Node, signal: AbortSignal): Promise<Node> {
  const conditions = silentConditions(node, clock.now());
  if (!conditions) return node;
  const { name } = node.metadata;
  if (!isNotReady(node))
    events.event(node, { type: 'Normal', reason: 'NodeNotReady', message: `Node ${name} status is now: NodeNotReady` });
  return await client.updateStatus(nodes, { ...node, status: { ...node.status, conditions } }, { signal });
}

/** Services stop sending traffic to pods of a node that does not answer. */
async function markPods({ client, informers, clock }: ControllerDeps, node: Node, signal: AbortSignal): Promise<void> {
  const onNode = informers
    .for(pods)
    .list()
    .filter(({ spec }) => spec.nodeName === node.metadata.name);
  for (const pod of onNode) {
    if (podCondition(pod, 'Ready')?.status !== 'True') continue;
    const now = timestamp(clock.now());
    const { namespace = '', name } = pod.metadata;
    const patch = {
      status: { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: now, reason: 'NodeNotReady' }] },
    };
    try {
      await client.patch(
        pods,
        { namespace, name, subresource: 'status' },
        { patchType: 'application/strategic-merge-patch+json', patch },
        { signal },
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
