import type { Deployment, ReplicaSet } from '#gen/apps/v1.ts';
import type { PodTemplateSpec } from '#gen/core/v1.ts';
import { scaled } from '#reconciler/int-or-percent.ts';
import { canonicalJson } from '#reconciler/template-hash.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS, numberIn } from './annotations.ts';

export const HASH_LABEL = 'pod-template-hash';

export const sizeOf = ({ spec }: { spec: { replicas?: number | undefined } }): number => spec.replicas ?? 1;

export const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number =>
  sets.reduce((total, set) => total + of(set), 0);

export const createdFirst = (a: ReplicaSet, b: ReplicaSet): number =>
  a.metadata.creationTimestamp === b.metadata.creationTimestamp
    ? a.metadata.name.localeCompare(b.metadata.name)
    : a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp);

/** Whether two templates make the same pods, the hash label aside. */
export function isSameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return canonicalJson(withoutHash(a)) === canonicalJson(withoutHash(b));
}

function withoutHash(template: PodTemplateSpec): unknown {
  const { [HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {};
  const { annotations, finalizers } = template.metadata ?? {};
  const hasAnnotations = Object.keys(annotations ?? {}).length > 0;
  return { labels, annotations: hasAnnotations ? annotations : undefined, finalizers, spec: template.spec };
}

/** The oldest replica set that has the deployment's template: after a collision there could be several. */
export function findNew(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return sets.toSorted(createdFirst).find((set) => isSameTemplate(set.spec.template, deployment.spec.template));
}

export const isRolling = ({ spec }: Deployment): boolean => spec.strategy?.type !== 'Recreate';

/** How many pods above and below `replicas` a rolling update may go; never both 0. */
export function bounds(deployment: Deployment): { surge: number; unavailable: number } {
  const replicas = sizeOf(deployment);
  if (!isRolling(deployment) || replicas === 0) return { surge: 0, unavailable: 0 };
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = scaled(maxSurge, replicas, 'up');
  const unavailable = scaled(maxUnavailable, replicas, 'down');
  return { surge, unavailable: Math.min(replicas, surge === 0 && unavailable === 0 ? 1 : unavailable) };
}

/** The sizes that a replica set must carry as annotations, for proportional scaling later. */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const replicas = sizeOf(deployment);
  return { [DESIRED_REPLICAS]: String(replicas), [MAX_REPLICAS]: String(replicas + bounds(deployment).surge) };
}

/** Whether the deployment's size changed since its replica sets were sized. */
export function isScaling(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((set) => {
    const desired = numberIn(set, DESIRED_REPLICAS);
    return sizeOf(set) > 0 && desired !== undefined && desired !== sizeOf(deployment);
  });
}
