import { MAX_SCORE, type PluginFactory, success, unresolvable, unschedulable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import { type Amounts, podRequests, scoringRequests } from '../pod-requests.ts';

const NAME = 'NodeResourcesFit';

/** A node must have left what the pod asks for; the emptier one scores higher (LeastAllocated, CPU and memory). */
export const nodeResourcesFit: PluginFactory = () => ({
  name: NAME,
  eventsToRegister: [
    { resource: 'pods', actions: ['delete', 'update'] },
    { resource: 'nodes', actions: ['add', 'update'] },
  ],
  preFilter(state, pod) {
    state.set(NAME, podRequests(pod));
    return { status: success };
  },
  filter(state, pod, node) {
    const requests = (state.get(NAME) as Amounts | undefined) ?? podRequests(pod);
    const lacking = lack(requests, node);
    if (lacking.length === 0) return success;
    const reasons = lacking.map(({ reason }) => reason);
    return lacking.some(({ never }) => never) ? unresolvable(...reasons) : unschedulable(...reasons);
  },
  score(_, pod, node) {
    const asked = scoringRequests(pod);
    const cpu = leastAllocated(node.scoring.cpu + asked.cpu, node.allocatable.get('cpu') ?? 0);
    const memory = leastAllocated(node.scoring.memory + asked.memory, node.allocatable.get('memory') ?? 0);
    return Math.floor((cpu + memory) / 2);
  },
});

interface Lacking {
  readonly reason: string;
  /** Even an empty node would be too small. */
  readonly never: boolean;
}

function lack(requests: Amounts, node: NodeInfo): Lacking[] {
  const lacking: Lacking[] = [];
  if (node.pods.size + 1 > node.allowedPods) lacking.push({ reason: 'Too many pods', never: false });
  for (const [name, amount] of requests) {
    const total = node.allocatable.get(name) ?? 0;
    if (amount === 0 || amount <= total - (node.requested.get(name) ?? 0)) continue;
    lacking.push({ reason: `Insufficient ${name}`, never: amount > total });
  }
  return lacking;
}

function leastAllocated(requested: number, capacity: number): number {
  return capacity === 0 || requested > capacity ? 0 : Math.floor(((capacity - requested) * MAX_SCORE) / capacity);
}
