import { nodes } from '#api/core/v1/node.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from '#client/event-recorder.ts';
import type { Node, Pod } from '#gen/core/v1.ts';
import { formatPod, isTerminal, uidOf } from '../pod/containers.ts';
import { qosClassOf } from '../pod/qos.ts';
import { writeStatus } from '../status/status-writer.ts';
import { type Rejection, rejectionOf } from './admit.ts';

/** Keeps pods out that this node cannot run. */
export interface Gate {
  /** Whether the pod may start now. One that may not is looked at again with the newest node, and then admitted or failed. */
  passes(pod: Pod): boolean;
  forget(podUid: string): void;
}

export interface GateDeps {
  readonly client: Client;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly log: Logger;
  /** As it was registered. */
  readonly node: Node;
  /** The pods that run here. */
  readonly running: () => readonly Pod[];
  /** Called for a pod that the second look lets in. */
  readonly admitted: (pod: Pod) => void;
}

const RETRY_MS = 1000;

export function createGate(deps: GateDeps): Gate {
  const { client, clock, log } = deps;
  const held = new Map<string, Pod>();
  const admitted = new Set<string>();
  let { node } = deps;
  const judge = (pod: Pod) => {
    const others = deps.running().filter((other) => !isTerminal(other) && uidOf(other) !== uidOf(pod));
    return rejectionOf({ pod, others, node });
  };

  const lookAgain = async (uid: string): Promise<void> => {
    // Labels and taints may have changed since; without an answer the node as it was known decides.
    node = await client.get(nodes, { namespace: '', name: node.metadata.name }).catch(() => node);
    const pod = held.get(uid);
    if (!pod) return;
    const rejection = judge(pod);
    if (rejection) return fail(pod, rejection, deps);
    held.delete(uid);
    admitted.add(uid);
    deps.admitted(pod);
  };
  const settle = (uid: string): void => {
    lookAgain(uid).catch((error: unknown) => {
      const pod = held.get(uid);
      if (!pod) return;
      log.warn('pod not rejected', { pod: formatPod(pod), err: error });
      clock.after(RETRY_MS, () => settle(uid));
    });
  };

  return {
    passes(pod) {
      const uid = uidOf(pod);
      // What runs already is not ended by a restart of the kubelet.
      if (admitted.has(uid) || pod.status?.startTime || pod.metadata.deletionTimestamp) return true;
      if (isTerminal(pod)) return !held.has(uid);
      const isNew = !held.has(uid);
      if (isNew && !judge(pod)) return true;
      held.set(uid, pod);
      if (isNew) settle(uid);
      return false;
    },
    forget(podUid) {
      held.delete(podUid);
      admitted.delete(podUid);
    },
  };
}

/** Source: upstream kubelet.go rejectPod. */
async function fail(pod: Pod, { reason, message }: Rejection, { client, events }: GateDeps): Promise<void> {
  await writeStatus(client, pod, {
    ...pod.status,
    phase: 'Failed',
    qosClass: qosClassOf(pod),
    reason,
    message: `Pod was rejected: ${message}`,
  });
  events.event(pod, { type: 'Warning', reason, message });
}
