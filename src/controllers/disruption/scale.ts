import { deployments } from '#api/apps/v1/deployment.ts';
import { replicaSets } from '#api/apps/v1/replica-set.ts';
import { statefulSets } from '#api/apps/v1/stateful-set.ts';
import { replicationControllers } from '#api/core/v1/replication-controller.ts';
import { controllerOf, type KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { InformerSet } from '#client/informer.ts';
import type { Pod } from '#gen/core/v1.ts';

type Sized = KubeObject & { spec: { replicas?: number | undefined } };

const SIZED: Readonly<Record<string, Resource>> = {
  Deployment: deployments as unknown as Resource,
  ReplicaSet: replicaSets as unknown as Resource,
  StatefulSet: statefulSets as unknown as Resource,
  ReplicationController: replicationControllers as unknown as Resource,
};

/** Asks for the informers of all kinds that own pods in known numbers. */
export function watchSizes(informers: InformerSet): void {
  for (const resource of Object.values(SIZED)) informers.for(resource);
}

/** Pods' controllers have no size that could be counted; the message is upstream's. */
export class NoScale extends Error {
  override name = 'NoScale';
}

export interface Scale {
  readonly expected: number;
  /** Names of pods without a controller. */
  readonly unmanaged: string[];
}

/** The sum of the sizes of all controllers of the pods, each once. @throws {NoScale} */
export function expectedScale(informers: InformerSet, pods: readonly Pod[]): Scale {
  const sizes = new Map<string, number>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const ref = controllerOf(pod);
    if (!ref) unmanaged.push(pod.metadata.name);
    else if (![...sizes.keys()].includes(ref.uid)) {
      const found = sizedOwner(informers, pod);
      if (found) sizes.set(found.metadata.uid, found.spec.replicas ?? 1);
    }
  }
  return { expected: [...sizes.values()].reduce((sum, size) => sum + size, 0), unmanaged };
}

/** The pod's controller, or that controller's deployment. Undefined where it is gone. */
function sizedOwner(informers: InformerSet, pod: KubeObject): Sized | undefined {
  const ref = controllerOf(pod);
  const resource = ref && SIZED[ref.kind];
  if (!ref || !resource)
    throw new NoScale(
      `${(ref?.kind ?? '').toLowerCase()}s.${groupOf(ref?.apiVersion)} does not implement the scale subresource`,
    );
  const owner = informers.for(resource).get(`${pod.metadata.namespace}/${ref.name}`) as Sized | undefined;
  if (owner?.metadata.uid !== ref.uid) return undefined;
  return ref.kind === 'ReplicaSet' && controllerOf(owner)?.kind === 'Deployment'
    ? (sizedOwner(informers, owner) ?? owner)
    : owner;
}

const groupOf = (apiVersion = ''): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');
