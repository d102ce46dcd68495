/** Which pods a replica set makes and removes, and what its status says. Source: kubernetes pkg/controller/replicaset. */
import type { ReplicaSetStatus } from '#gen/apps/v1.ts';
import type { Pod, ReplicationControllerStatus } from '#gen/core/v1.ts';
import { isPodActive, isPodAvailable, isPodReady, untilAvailableMs } from '#reconciler/pod-state.ts';
import { timestamp } from '#reconciler/time.ts';

/** At most this many pods are made or removed in one pass. Source: replicaset.BurstReplicas. */
export const BURST = 500;

export interface ReplicaPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
}

export interface ReplicaView {
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly nowMs: number;
  /** How many pods of the same controller family a node holds: the fuller node gives up its pod first. */
  readonly podsOnNode?: (nodeName: string) => number;
}

export function planReplicas(owned: readonly Pod[], view: ReplicaView): ReplicaPlan {
  const active = owned.filter(isPodActive);
  const missing = view.replicas - active.length;
  if (missing >= 0) return { create: Math.min(missing, BURST), remove: [] };
  return { create: 0, remove: byExpendability(active, view).slice(0, Math.min(-missing, BURST)) };
}

type Rank = (pod: Pod) => number;

const PHASE_RANK: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };

/** Most expendable first. Source: controller.ActivePodsWithRanks.Less. */
export function byExpendability(pods: readonly Pod[], view: ReplicaView): Pod[] {
  const { podsOnNode = () => 0, nowMs } = view;
  const ranks: Rank[] = [
    ({ spec }) => (spec.nodeName ? 1 : 0),
    ({ status }) => PHASE_RANK[status?.phase ?? 'Pending'] ?? 0,
    (pod) => (isPodReady(pod) ? 1 : 0),
    deletionCost,
    ({ spec }) => -(spec.nodeName ? podsOnNode(spec.nodeName) : 0),
    (pod) => logarithmicAge(readySince(pod), nowMs),
    (pod) => -restarts(pod),
    (pod) => logarithmicAge(pod.metadata.creationTimestamp, nowMs),
  ];
  return [...pods].sort((a, b) => {
    for (const rank of ranks) {
      const order = rank(a) - rank(b);
      if (order !== 0) return order;
    }
    return a.metadata.uid < b.metadata.uid ? -1 : 1;
  });
}

const deletionCost = ({ metadata }: Pod): number =>
  Number.parseInt(metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? '0', 10) || 0;

const readySince = (pod: Pod): string | undefined =>
  isPodReady(pod) ? pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime : undefined;

const restarts = ({ status }: Pod): number =>
  Math.max(0, ...(status?.containerStatuses ?? []).map((each) => each.restartCount));

/** Younger goes first, in powers of two of the age, so that pods of about one age are chosen at random. */
function logarithmicAge(since: string | undefined, nowMs: number): number {
  if (!since) return -1;
  const ageMs = Math.max(1, nowMs - Date.parse(since));
  return Math.floor(Math.log2(ageMs * 1e6));
}

interface StatusInput {
  readonly previous: ReplicationControllerStatus | undefined;
  readonly generation: number | undefined;
  readonly owned: readonly Pod[];
  readonly templateLabels: Readonly<Record<string, string>>;
  readonly view: ReplicaView;
  /** What went wrong while making or removing pods in this pass. */
  readonly terminating?: number | undefined;
  readonly failure?: { readonly reason: 'FailedCreate' | 'FailedDelete'; readonly message: string } | undefined;
}

export function replicaStatus(input: StatusInput): ReplicaSetStatus {
  const { owned, view, templateLabels, previous, generation } = input;
  const active = owned.filter(isPodActive);
  const labels = Object.entries(templateLabels);
  const count = (test: (pod: Pod) => boolean) => active.filter(test).length || undefined;
  return {
    ...previous,
    replicas: active.length,
    fullyLabeledReplicas: count(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value)),
    readyReplicas: count(isPodReady),
    availableReplicas: count((pod) => isPodAvailable(pod, view.minReadySeconds, view.nowMs)),
    ...(input.terminating !== undefined && { terminatingReplicas: input.terminating }),
    observedGeneration: generation,
    conditions: conditions(input),
  };
}

function conditions({ previous, failure, view }: StatusInput): ReplicationControllerStatus['conditions'] {
  const others = (previous?.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure');
  const existing = previous?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  if (failure) {
    const lastTransitionTime = timestamp(view.nowMs);
    const fresh = { type: 'ReplicaFailure' as const, status: 'True', lastTransitionTime, ...failure };
    return [...others, existing?.reason === failure.reason ? existing : fresh];
  }
  return others.length > 0 ? others : undefined;
}

/** When the next ready pod becomes available, so that the status is looked at again then. */
export function nextAvailabilityMs(owned: readonly Pod[], { minReadySeconds, nowMs }: ReplicaView): number | undefined {
  const waits = owned
    .filter(isPodActive)
    .map((pod) => untilAvailableMs(pod, minReadySeconds, nowMs))
    .filter((waitMs) => waitMs !== undefined && waitMs > 0);
  return waits.length === 0 ? undefined : Math.min(...(waits as number[]));
}
