/** What one pass over a stateful set does. Source: kubernetes pkg/controller/statefulset/stateful_set_control.go. */
import type { StatefulSet, StatefulSetStatus } from '#gen/apps/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import { scaled } from '#reconciler/int-or-percent.ts';
import { isPodAvailable, isPodReady } from '#reconciler/pod-state.ts';
import { hasIdentity, ordinalIn, revisionIn, sizeOf, startOf } from './identity.ts';

export type Step =
  | { readonly type: 'create'; readonly ordinal: number; readonly revision: string }
  | { readonly type: 'delete'; readonly pod: Pod }
  /** A pod that has ended; its successor comes once it is gone. */
  | { readonly type: 'replace'; readonly pod: Pod }
  /** Labels have been lost. */
  | { readonly type: 'mend'; readonly pod: Pod }
  /** A pod that waits may wait for claims that somebody removed. */
  | { readonly type: 'claims'; readonly ordinal: number };

export interface SetView {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  /** Names of the revisions. */
  readonly current: string;
  readonly update: string;
  readonly nowMs: number;
}

const isTerminating = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;
const isRunning = (pod: Pod): boolean => pod.status?.phase === 'Running' && isPodReady(pod);
const hasEnded = ({ status }: Pod): boolean => status?.phase === 'Failed' || status?.phase === 'Succeeded';

const isAvailable = ({ set, nowMs }: SetView, pod: Pod): boolean =>
  isRunning(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs);

const isRolling = ({ spec }: StatefulSet): boolean => spec.updateStrategy?.type !== 'OnDelete';

/** The pods that the set should have, by position, and those that it should not, highest ordinal first. */
function split({ set, pods }: SetView) {
  const start = startOf(set);
  const size = sizeOf(set);
  const replicas: (Pod | undefined)[] = Array.from({ length: size }, () => undefined);
  const condemned: { pod: Pod; ordinal: number }[] = [];
  for (const pod of pods) {
    const ordinal = ordinalIn(set, pod);
    if (ordinal === undefined) continue;
    if (ordinal >= start && ordinal < start + size) replicas[ordinal - start] = pod;
    else condemned.push({ pod, ordinal });
  }
  return { replicas, condemned: condemned.sort((a, b) => b.ordinal - a.ordinal).map(({ pod }) => pod) };
}

/** Which revision a new pod starts from: below the partition, or not yet rolled, the current one. */
function revisionFor({ set, current, update }: SetView, ordinal: number): string {
  if (!isRolling(set)) return update;
  const { rollingUpdate } = set.spec.updateStrategy ?? {};
  const kept = rollingUpdate ? (rollingUpdate.partition ?? 0) : (set.status?.currentReplicas ?? 0);
  return ordinal < startOf(set) + kept ? current : update;
}

export function planStatefulSet(view: SetView): Step[] {
  const { set } = view;
  if (set.metadata.deletionTimestamp) return [];
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel';
  const { replicas, condemned } = split(view);
  const steps: Step[] = [];
  for (const [position, pod] of replicas.entries()) {
    const { step, mustWait } = upkeep(view, pod, position + startOf(set));
    if (step) steps.push(step);
    if (mustWait && isOrdered) return steps;
  }
  const unhealthy = firstUnhealthy(replicas, condemned);
  for (const pod of condemned) {
    if (isTerminating(pod)) {
      if (isOrdered) return steps;
      continue;
    }
    if (isOrdered && !isAvailable(view, pod) && pod !== unhealthy) return steps;
    steps.push({ type: 'delete', pod });
    if (isOrdered) return steps;
  }
  if (!isRolling(set) || steps.some(({ type }) => type === 'create' || type === 'replace')) return steps;
  return [...steps, ...planRolling(view, replicas)];
}

/** What one wanted pod needs, and whether those after it must wait for it. */
function upkeep(view: SetView, pod: Pod | undefined, ordinal: number): { step?: Step; mustWait: boolean } {
  if (!pod) return { step: { type: 'create', ordinal, revision: revisionFor(view, ordinal) }, mustWait: true };
  if (hasEnded(pod))
    return isTerminating(pod) ? { mustWait: true } : { step: { type: 'replace', pod }, mustWait: true };
  if (isTerminating(pod)) return { mustWait: true };
  if (pod.status?.phase === 'Pending') return { step: { type: 'claims', ordinal }, mustWait: true };
  if (!isAvailable(view, pod)) return { mustWait: true };
  return hasIdentity(view.set, pod) ? { mustWait: false } : { step: { type: 'mend', pod }, mustWait: false };
}

/** The lowest of the pods that do not serve; it may go first when the set shrinks. */
function firstUnhealthy(replicas: readonly (Pod | undefined)[], condemned: readonly Pod[]): Pod | undefined {
  const isUnhealthy = (pod: Pod | undefined): boolean => pod !== undefined && (!isRunning(pod) || isTerminating(pod));
  return replicas.find(isUnhealthy) ?? condemned.toReversed().find(isUnhealthy);
}

/** From the highest ordinal down to the partition: one at a time, or up to `maxUnavailable` at once. */
function planRolling(view: SetView, replicas: readonly (Pod | undefined)[]): Step[] {
  const { set, update } = view;
  const { partition = 0, maxUnavailable } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const rolled = replicas.slice(partition).toReversed();
  const isStale = (pod: Pod | undefined): pod is Pod =>
    pod !== undefined && revisionIn(pod) !== update && !isTerminating(pod);
  if (maxUnavailable === undefined) {
    const next = rolled.find((pod) => isStale(pod) || !pod || !isRunning(pod) || isTerminating(pod));
    return isStale(next) ? [{ type: 'delete', pod: next }] : [];
  }
  const limit = Math.max(1, scaled(maxUnavailable, sizeOf(set), 'down'));
  const isOut = (pod: Pod | undefined) => !pod || isTerminating(pod) || !isAvailable(view, pod);
  const budget = Math.max(0, limit - replicas.filter(isOut).length);
  return rolled
    .filter(isStale)
    .slice(0, budget)
    .map((pod) => ({ type: 'delete', pod }));
}

/** The counts, and the end of a rollout: then the update revision becomes the current one. */
export function statefulSetStatus(view: SetView, collisionCount: number | undefined): StatefulSetStatus {
  const { set, pods, current, update } = view;
  const created = pods.filter(({ status }) => status?.phase !== undefined);
  const staying = created.filter((pod) => !isTerminating(pod));
  const ready = created.filter(isRunning).length;
  const updated = staying.filter((pod) => revisionIn(pod) === update).length;
  const size = sizeOf(set);
  const isComplete = isRolling(set) && updated === size && ready === size && created.length === size;
  const currentReplicas = isComplete ? updated : staying.filter((pod) => revisionIn(pod) === current).length;
  return {
    ...(set.status?.conditions && { conditions: set.status.conditions }),
    observedGeneration: set.metadata.generation,
    replicas: created.length,
    readyReplicas: ready || undefined,
    availableReplicas: created.filter((pod) => isAvailable(view, pod)).length,
    currentReplicas: currentReplicas || undefined,
    updatedReplicas: updated || undefined,
    currentRevision: isComplete ? update : current,
    updateRevision: update,
    collisionCount: collisionCount ?? 0,
  };
}
