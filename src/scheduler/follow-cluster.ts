import { nodes } from '#api/core/v1/node.ts';
import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import { storageClasses } from '#api/storage/v1/storage-class.ts';
import { keyOf } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { InformerChange, InformerSet } from '#client/informer.ts';
import type { Pod } from '#gen/core/v1.ts';
import type { SchedulerCache } from './cache.ts';
import type { Enabled } from './cycle.ts';
import type { Status } from './framework.ts';
import type { SchedulingQueue } from './queue.ts';

export interface FollowOptions {
  readonly informers: InformerSet;
  readonly cache: SchedulerCache;
  readonly queue: SchedulingQueue;
  readonly enabled: readonly Enabled[];
  readonly gate: (pod: Pod) => Status;
  readonly schedulerName: string;
}

const isFinished = ({ status }: Pod): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';

/** Carries the cluster's changes into cache and queue, and wakes the pods that a change may help. */
export function followCluster(options: FollowOptions): () => void {
  const { informers, cache, queue, enabled, gate, schedulerName } = options;
  const waitersFor = (resource: string, action: Action) => waiters(enabled, resource, action);

  function onPod(change: InformerChange<Pod>): void {
    const pod = change.object;
    const key = keyOf(pod);
    if (change.type === 'remove' || isFinished(pod)) {
      const wasPlaced = Boolean(pod.spec.nodeName);
      cache.removePod(key);
      queue.remove(key);
      if (wasPlaced) queue.moveAllFor(waitersFor('pods', 'delete'));
      return;
    }
    if (pod.spec.nodeName) {
      const isNew = change.previous === undefined || !change.previous.spec.nodeName;
      queue.remove(key);
      cache.setPod(pod);
      queue.moveAllFor(waitersFor('pods', isNew ? 'add' : 'update'));
      return;
    }
    if (pod.spec.schedulerName === schedulerName) enqueue(pod, change.previous);
  }

  function enqueue(pod: Pod, previous: Pod | undefined): void {
    if (pod.metadata.deletionTimestamp) return queue.remove(keyOf(pod));
    if (gate(pod).code !== 'Success') return;
    if (previous === undefined || gate(previous).code !== 'Success' || isSpecChange(pod, previous)) queue.add(pod);
    else queue.update(pod);
  }

  const others: readonly Resource[] = [persistentVolumes, persistentVolumeClaims, storageClasses];
  const unsubscribe = [
    informers.for(nodes).onChange((change) => {
      const { name } = change.object.metadata;
      if (change.type === 'remove') return cache.removeNode(name);
      cache.setNode(change.object);
      queue.moveAllFor(waitersFor('nodes', change.previous ? 'update' : 'add'));
    }),
    informers.for(pods).onChange(onPod),
    ...others.map((resource) =>
      informers.for(resource).onChange((change) => {
        const action = change.type === 'remove' ? 'delete' : change.previous ? 'update' : 'add';
        queue.moveAllFor(waitersFor(resource.plural, action));
      }),
    ),
  ];
  return () => {
    for (const stop of unsubscribe) stop();
  };
}

type Action = 'add' | 'update' | 'delete';

function waiters(enabled: readonly Enabled[], resource: string, action: Action): Set<string> {
  const waiting = enabled.filter(({ plugin }) =>
    plugin.eventsToRegister?.some((event) => event.resource === resource && event.actions.includes(action)),
  );
  return new Set(waiting.map(({ plugin }) => plugin.name));
}

/** Status writes (our own condition among them) must not try a pod again. */
function isSpecChange(pod: Pod, previous: Pod): boolean {
  return (
    pod.metadata.generation !== previous.metadata.generation ||
    JSON.stringify(pod.metadata.labels) !== JSON.stringify(previous.metadata.labels)
  );
}
