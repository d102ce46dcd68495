/** What one pass over a daemon set makes and removes. Source: kubernetes pkg/controller/daemon/{daemon_controller,update}.go. */
import type { DaemonSet, DaemonSetStatus } from '#gen/apps/v1.ts';
import type { Node, Pod } from '#gen/core/v1.ts';
import { scaled } from '#reconciler/int-or-percent.ts';
import { isPodAvailable, isPodReady } from '#reconciler/pod-state.ts';
import { byNode, HASH_LABEL, type PodsByNode, suitability } from './placement.ts';

export interface DaemonView {
  readonly set: DaemonSet;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly hash: string;
  readonly nowMs: number;
}

export interface DaemonPlan {
  /** Names of the nodes that get a pod. */
  readonly create: string[];
  readonly remove: Pod[];
  /** Pods that have ended and make room for their successors. */
  readonly ended: Pod[];
}

const isGoing = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;
const isNew = ({ hash }: DaemonView, { metadata }: Pod): boolean => metadata.labels?.[HASH_LABEL] === hash;
const isAvailable = ({ set, nowMs }: DaemonView, pod: Pod): boolean =>
  isPodAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs);

/** Pods on nodes first, then by age. */
export const oldestFirst = (a: Pod, b: Pod): number =>
  Number(!a.spec.nodeName) - Number(!b.spec.nodeName) ||
  a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
  a.metadata.name.localeCompare(b.metadata.name);

/** How many more and how many fewer pods than nodes a rolling update may have; never both 0. */
export function bounds({ spec }: DaemonSet, desired: number): { surge: number; unavailable: number } {
  const { maxSurge = 0, maxUnavailable = 1 } = spec.updateStrategy?.rollingUpdate ?? {};
  const surge = scaled(maxSurge, desired, 'up');
  const unavailable = scaled(maxUnavailable, desired, 'up');
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

const isSurging = ({ spec }: DaemonSet): boolean => {
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  return type !== 'OnDelete' && scaled(rollingUpdate?.maxSurge, 100, 'up') > 0;
};

/** Makes what is missing and removes what is too much or out of place. */
export function planUpkeep(view: DaemonView): DaemonPlan {
  const plan: DaemonPlan = { create: [], remove: [], ended: [] };
  const onNodes = byNode(view.pods);
  for (const node of view.nodes) {
    const { run, stay } = suitability(view.set, node);
    const here = onNodes.get(node.metadata.name) ?? [];
    if (run && here.length === 0) plan.create.push(node.metadata.name);
    else if (stay) tidy(view, here, plan);
    else plan.remove.push(...here.filter((pod) => !isGoing(pod)));
  }
  const known = new Set(view.nodes.map(({ metadata }) => metadata.name));
  // Pods that were made for a node which is gone would wait for it forever; bound ones are the pod collector's.
  for (const [node, pods] of onNodes)
    if (!known.has(node)) plan.remove.push(...pods.filter((pod) => !isGoing(pod) && !pod.spec.nodeName));
  return plan;
}

function tidy(view: DaemonView, here: readonly Pod[], plan: DaemonPlan): void {
  const staying = here.filter((pod) => !isGoing(pod));
  const hasEnded = ({ status }: Pod) => status?.phase === 'Failed' || status?.phase === 'Succeeded';
  plan.ended.push(...staying.filter(hasEnded));
  const running = staying.filter((pod) => !hasEnded(pod)).sort(oldestFirst);
  if (running.length <= 1) return;
  if (!isSurging(view.set)) {
    plan.remove.push(...running.slice(1));
    return;
  }
  const fresh = running.find((pod) => isNew(view, pod));
  const old = running.find((pod) => !isNew(view, pod));
  plan.remove.push(...running.filter((pod) => pod !== fresh && pod !== old));
  if (fresh && old && (!isPodReady(old) || isAvailable(view, fresh))) plan.remove.push(old);
}

/** One step of a rolling update. */
export function planRolling(view: DaemonView): DaemonPlan {
  const plan: DaemonPlan = { create: [], remove: [], ended: [] };
  if (view.set.spec.updateStrategy?.type === 'OnDelete') return plan;
  const desired = view.nodes.filter((node) => suitability(view.set, node).run);
  const { surge, unavailable } = bounds(view.set, desired.length);
  const onNodes = byNode(view.pods);
  if (surge === 0) plan.remove.push(...outdated(view, onNodes, unavailable));
  else renew(view, { onNodes, surge, desired, plan });
  return plan;
}

interface OnNode {
  readonly fresh: Pod | undefined;
  readonly old: Pod | undefined;
}

/** Undefined where a node has more than one pod of a kind: upkeep comes first. */
function pairOn(view: DaemonView, pods: readonly Pod[]): OnNode | undefined {
  const staying = pods.filter((pod) => !isGoing(pod));
  const fresh = staying.filter((pod) => isNew(view, pod));
  const old = staying.filter((pod) => !isNew(view, pod));
  return fresh.length > 1 || old.length > 1 ? undefined : { fresh: fresh[0], old: old[0] };
}

/** Old pods to remove: all that serve nobody, and as many others as may be missing. */
function outdated(view: DaemonView, onNodes: PodsByNode, limit: number): Pod[] {
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  let missing = 0;
  for (const pods of onNodes.values()) {
    const pair = pairOn(view, pods);
    if (!pair || (pair.fresh === undefined) === (pair.old === undefined)) missing += 1;
    else if (pair.fresh) missing += isAvailable(view, pair.fresh) ? 0 : 1;
    else if (pair.old && isAvailable(view, pair.old)) candidates.push(pair.old);
    else if (pair.old) {
      broken.push(pair.old);
      missing += 1;
    }
  }
  return [...broken, ...candidates.slice(0, Math.max(0, limit - missing))];
}

interface Renewal {
  readonly onNodes: PodsByNode;
  readonly surge: number;
  readonly desired: readonly Node[];
  readonly plan: DaemonPlan;
}

/** A second, new pod on as many nodes as may surge; the old one goes when the new one serves. */
function renew(view: DaemonView, { onNodes, surge, desired, plan }: Renewal): void {
  const names = new Set(desired.map(({ metadata }) => metadata.name));
  const candidates: string[] = [];
  let surging = 0;
  for (const [node, pods] of onNodes) {
    const pair = pairOn(view, pods);
    if (!pair) surging += 1;
    else if (!pair.old || !names.has(node)) continue;
    else if (pair.fresh && isAvailable(view, pair.fresh)) plan.remove.push(pair.old);
    else if (pair.fresh) surging += 1;
    else if (isAvailable(view, pair.old)) candidates.push(node);
    else plan.create.push(node);
  }
  plan.create.push(...candidates.slice(0, Math.max(0, surge - surging)));
}

export function daemonSetStatus(view: DaemonView, collisionCount: number | undefined): DaemonSetStatus {
  const { set, nodes, pods } = view;
  const onNodes = byNode(pods);
  const wanted = nodes.filter((node) => suitability(set, node).run);
  const first = wanted.map(({ metadata }) => onNodes.get(metadata.name)?.toSorted(oldestFirst)[0]);
  const present = first.filter((pod) => pod !== undefined);
  const ready = present.filter(isPodReady);
  const available = ready.filter((pod) => isAvailable(view, pod)).length;
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  const misplaced = nodes.filter(({ metadata }) => !names.has(metadata.name) && onNodes.has(metadata.name));
  return {
    ...(set.status?.conditions && { conditions: set.status.conditions }),
    currentNumberScheduled: present.length,
    numberMisscheduled: misplaced.length,
    desiredNumberScheduled: wanted.length,
    numberReady: ready.length,
    observedGeneration: set.metadata.generation,
    updatedNumberScheduled: present.filter((pod) => isNew(view, pod)).length || undefined,
    numberAvailable: available || undefined,
    numberUnavailable: wanted.length - available || undefined,
    ...(collisionCount !== undefined && { collisionCount }),
  };
}
