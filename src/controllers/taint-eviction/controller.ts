import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { keyOf } from '#apimachinery/object.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Pod } from '#gen/core/v1.ts';
import type { ControllerDeps, ControllerFactory } from '#reconciler/controller.ts';
import { watch } from '#reconciler/mappings.ts';
import { timestamp } from '#reconciler/time.ts';
import { evictionDelayMs } from './plan.ts';

/** Takes pods off nodes whose NoExecute taints they do not tolerate (any longer). Source: kubernetes pkg/controller/tainteviction. */
export const taintEvictionController: ControllerFactory = (deps) => {
  const { informers, clock } = deps;
  const podsNow = informers.for(pods);
  podsNow.addIndex('node', ({ spec }) => (spec.nodeName ? [spec.nodeName] : []));
  return {
    // The permissions are the node controller's, as upstream has it.
    name: 'node-controller',
    watches: [
      watch(pods, (pod) => (pod.spec.nodeName ? [keyOf(pod)] : [])),
      watch(nodes, ({ metadata }) => podsNow.byIndex('node', metadata.name).map(keyOf)),
    ],
    async reconcile({ key, signal }) {
      const pod = podsNow.get(key);
      const taints = pod?.spec.nodeName ? (informers.for(nodes).get(pod.spec.nodeName)?.spec?.taints ?? []) : [];
      if (!pod || pod.metadata.deletionTimestamp) return;
      const delayMs = evictionDelayMs(pod, taints, clock.now());
      if (delayMs === undefined) return;
      if (delayMs > 0) return { requeueAfterMs: delayMs };
      await evict(deps, pod, signal);
    },
  };
};

async function evict({ client, clock, events }: ControllerDeps, pod: Pod, signal: AbortSignal): Promise<void> {
  const { namespace = '', name, uid } = pod.metadata;
  events.event(pod, {
    type: 'Normal',
    reason: 'TaintManagerEviction',
    message: `Marking for deletion Pod ${keyOf(pod)}`,
  });
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: timestamp(clock.now()),
  };
  try {
    const patch = {
      patchType: 'application/strategic-merge-patch+json' as const,
      patch: { status: { conditions: [condition] } },
    };
    await client.patch(pods, { namespace, name, subresource: 'status' }, patch, { signal });
    await client.delete(pods, { namespace, name }, { preconditions: { uid }, signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
