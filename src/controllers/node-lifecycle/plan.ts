/** Conditions and taints of nodes. Source: kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go. */
import type { Node, NodeCondition, Taint } from '#gen/core/v1.ts';
import { timestamp } from '#reconciler/time.ts';

const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;
const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';

/** Conditions after the kubelet has been silent for too long: nobody knows. Undefined where they say so already. */
export function silentConditions(node: Node, nowMs: number): NodeCondition[] | undefined {
  const conditions = node.status?.conditions ?? [];
  const unknown = WATCHED.filter((type) => conditions.find((each) => each.type === type)?.status !== 'Unknown');
  if (unknown.length === 0) return undefined;
  const now = timestamp(nowMs);
  const result = [...conditions];
  for (const type of unknown) {
    const index = result.findIndex((each) => each.type === type);
    const old = result[index];
    if (old)
      result[index] = {
        ...old,
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
        lastTransitionTime: now,
      };
    else {
      const { creationTimestamp } = node.metadata;
      result.push({
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: creationTimestamp,
        lastTransitionTime: now,
      });
    }
  }
  return result;
}

const PRESSURE: readonly (readonly [string, string])[] = [
  ['MemoryPressure', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'node.kubernetes.io/disk-pressure'],
  ['PIDPressure', 'node.kubernetes.io/pid-pressure'],
  ['NetworkUnavailable', 'node.kubernetes.io/network-unavailable'],
];

/** Every taint that this controller may set, and thus remove. */
const OURS = new Set([
  ...PRESSURE.map(([, key]) => `${key}:NoSchedule`),
  'node.kubernetes.io/unschedulable:NoSchedule',
]);
for (const key of [NOT_READY, UNREACHABLE])
  for (const effect of ['NoSchedule', 'NoExecute']) OURS.add(`${key}:${effect}`);

const idOf = ({ key, effect }: Taint): string => `${key}:${effect}`;

/** The taints that a node should carry; those of others stay, and those that stay keep their time. */
export function plannedTaints({ spec, status }: Node, nowMs: number): Taint[] {
  const current = spec?.taints ?? [];
  const is = (type: string) => status?.conditions?.find((each) => each.type === type)?.status;
  const keys = PRESSURE.filter(([type]) => is(type) === 'True').map(([, key]) => key);
  const ready = is('Ready');
  const dead =
    ready === 'True' ? undefined : ready === 'False' ? NOT_READY : ready === 'Unknown' ? UNREACHABLE : undefined;
  const schedule = [
    ...(dead ? [dead] : ready === undefined ? [NOT_READY] : []),
    ...keys,
    ...(spec?.unschedulable ? ['node.kubernetes.io/unschedulable'] : []),
  ];
  const timeAdded = timestamp(nowMs);
  const wanted: Taint[] = schedule.map((key) => ({ key, effect: 'NoSchedule', timeAdded }));
  if (dead) wanted.push({ key: dead, effect: 'NoExecute', timeAdded });
  const ids = new Set(wanted.map(idOf));
  const kept = current.filter((taint) => !OURS.has(idOf(taint)) || ids.has(idOf(taint)));
  const have = new Set(kept.map(idOf));
  return [...kept, ...wanted.filter((taint) => !have.has(idOf(taint)))];
}
