/** How large each replica set should be. Source: kubernetes pkg/controller/deployment/{sync,rolling,recreate}.go. */
import type { Deployment, ReplicaSet } from '#gen/apps/v1.ts';
import { MAX_REPLICAS, numberIn } from './annotations.ts';
import { bounds, createdFirst, isRolling, sizeOf, sum } from './replica-sets.ts';

export interface Resize {
  readonly set: ReplicaSet;
  readonly to: number;
}

const spare = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;

/** The size at which a new replica set may start or grow to, given what the old ones still hold. */
export function newSize(deployment: Deployment, sets: readonly ReplicaSet[], current: number): number {
  const wanted = sizeOf(deployment);
  if (!isRolling(deployment)) return wanted;
  const ceiling = wanted + bounds(deployment).surge;
  const total = sum(sets, sizeOf);
  if (total >= ceiling) return current;
  return current + Math.min(ceiling - total, wanted - current);
}

/** One step of a rolling update: the new one grows, or else the old ones shrink. */
export function planRolling(deployment: Deployment, newSet: ReplicaSet, old: readonly ReplicaSet[]): Resize[] {
  const all = [...old, newSet];
  const size = sizeOf(newSet);
  const wanted = sizeOf(deployment);
  const to = size > wanted ? wanted : size === wanted ? size : newSize(deployment, all, size);
  if (to !== size) return [{ set: newSet, to }];
  return planShrink(deployment, newSet, old);
}

function planShrink(deployment: Deployment, newSet: ReplicaSet, old: readonly ReplicaSet[]): Resize[] {
  if (sum(old, sizeOf) === 0) return [];
  const floor = sizeOf(deployment) - bounds(deployment).unavailable;
  const total = sum(old, sizeOf) + sizeOf(newSet);
  const budget = total - floor - (sizeOf(newSet) - spare(newSet));
  if (budget <= 0) return [];
  const sizes = new Map(old.map((set) => [set, sizeOf(set)]));
  dropUnhealthy(sizes, budget);
  dropAvailable(sizes, sum([...old, newSet], spare) - floor);
  return [...sizes].filter(([set, to]) => to !== sizeOf(set)).map(([set, to]) => ({ set, to }));
}

const oldestFirst = (sizes: Map<ReplicaSet, number>): ReplicaSet[] => [...sizes.keys()].sort(createdFirst);

/** Pods that serve nobody go first, within the budget. */
function dropUnhealthy(sizes: Map<ReplicaSet, number>, budget: number): void {
  let left = budget;
  for (const set of oldestFirst(sizes)) {
    const size = sizes.get(set) ?? 0;
    const drop = Math.min(left, Math.max(0, size - spare(set)));
    sizes.set(set, size - drop);
    left -= drop;
  }
}

/** Then as many serving ones as the minimum allows. */
function dropAvailable(sizes: Map<ReplicaSet, number>, budget: number): void {
  let left = budget;
  for (const set of oldestFirst(sizes)) {
    if (left <= 0) return;
    const size = sizes.get(set) ?? 0;
    const drop = Math.min(left, size);
    sizes.set(set, size - drop);
    left -= drop;
  }
}

/** What follows when only the deployment's size changed: each active replica set gets its share of the difference. */
export function planProportional(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): Resize[] {
  const all = newSet ? [...old, newSet] : [...old];
  const active = all.filter((set) => sizeOf(set) > 0);
  const only = active.length > 1 ? undefined : (active[0] ?? newSet ?? all.toSorted(createdFirst).at(-1));
  if (only) return [{ set: only, to: sizeOf(deployment) }];
  if (newSet && isSaturated(deployment, newSet))
    return old.filter((set) => sizeOf(set) > 0).map((set) => ({ set, to: 0 }));
  if (!isRolling(deployment)) return [];
  return shares(deployment, active);
}

/** Whether the replica set alone carries the deployment. */
export function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const wanted = sizeOf(deployment);
  return (
    sizeOf(set) === wanted &&
    numberIn(set, 'deployment.kubernetes.io/desired-replicas') === wanted &&
    spare(set) === wanted
  );
}

function shares(deployment: Deployment, active: readonly ReplicaSet[]): Resize[] {
  const wanted = sizeOf(deployment);
  const allowed = wanted > 0 ? wanted + bounds(deployment).surge : 0;
  const difference = allowed - sum(active, sizeOf);
  // Largest first; among equals the newest when growing, the oldest when shrinking.
  const age = difference > 0 ? (a: ReplicaSet, b: ReplicaSet) => createdFirst(b, a) : createdFirst;
  const ordered = active.toSorted((a, b) => sizeOf(b) - sizeOf(a) || age(a, b));
  let added = 0;
  const sizes = ordered.map((set) => {
    const share = difference === 0 ? 0 : proportion(set, { deployment, difference, added });
    added += share;
    return sizeOf(set) + share;
  });
  const leftover = difference - added;
  return ordered.map((set, index) => ({ set, to: Math.max(0, (sizes[index] ?? 0) + (index === 0 ? leftover : 0)) }));
}

function proportion(set: ReplicaSet, context: { deployment: Deployment; difference: number; added: number }): number {
  const { deployment, difference, added } = context;
  const fraction = shareOf(set, deployment);
  const allowed = difference - added;
  return difference > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
}

function shareOf(set: ReplicaSet, deployment: Deployment): number {
  if (sizeOf(deployment) === 0) return -sizeOf(set);
  const ceiling = sizeOf(deployment) + bounds(deployment).surge;
  const before = numberIn(set, MAX_REPLICAS) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return roundHalfAway((sizeOf(set) * ceiling) / before) - sizeOf(set);
}

const roundHalfAway = (value: number): number => Math.sign(value) * Math.round(Math.abs(value));
