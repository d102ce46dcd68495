import { controllerOf, type KubeObject } from '#apimachinery/object.ts';
import type { Patch } from '#apimachinery/request.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import { isInvalid, isNotFound } from '#apimachinery/status.ts';
import type { Client } from '#client/client.ts';
import type { OwnerReference } from '#gen/meta/v1.ts';

type Labels = Readonly<Record<string, string>> | undefined;

export interface ClaimPlan<T> {
  /** Owned already, and selected. */
  readonly owned: T[];
  /** Orphans that the selector takes. */
  readonly adopt: T[];
  /** Owned, but selected no more. */
  readonly release: T[];
}

/** Who belongs to whom. Source: kubernetes pkg/controller/controller_ref_manager.go. */
export function planClaims<T extends KubeObject>(
  owner: KubeObject,
  isSelected: (labels: Labels) => boolean,
  objects: readonly T[],
): ClaimPlan<T> {
  const plan: ClaimPlan<T> = { owned: [], adopt: [], release: [] };
  const isOwnerLeaving = owner.metadata.deletionTimestamp !== undefined;
  for (const object of objects) {
    const ref = controllerOf(object);
    const fits = isSelected(object.metadata.labels);
    if (ref && ref.uid === owner.metadata.uid) {
      if (fits) plan.owned.push(object);
      else if (!isOwnerLeaving) plan.release.push(object);
    } else if (!ref && fits && !isOwnerLeaving && !object.metadata.deletionTimestamp) plan.adopt.push(object);
  }
  return plan;
}

/** The owner reference of a controller. */
export function controllerReference(
  resource: Pick<Resource, 'group' | 'version' | 'kind'>,
  owner: KubeObject,
): OwnerReference {
  const { name, uid } = owner.metadata;
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

export interface ClaimOptions<T extends KubeObject, O extends KubeObject> {
  readonly client: Client;
  readonly ownerResource: Resource<O>;
  readonly owner: O;
  readonly resource: Resource<T>;
  readonly objects: readonly T[];
  readonly isSelected: (labels: Labels) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Carries out `planClaims`; resolves with what the owner owns afterwards. */
export async function claim<T extends KubeObject, O extends KubeObject>(options: ClaimOptions<T, O>): Promise<T[]> {
  const { client, owner, ownerResource, resource, objects, isSelected, signal } = options;
  const plan = planClaims(owner, isSelected, objects);
  if (plan.adopt.length > 0) await mustStillExist(options);
  const reference = controllerReference(ownerResource as unknown as Resource, owner);
  const change = async (object: T, ownerReferences: readonly object[]): Promise<T | undefined> => {
    const { namespace = '', name, uid } = object.metadata;
    const patch: Patch = {
      patchType: 'application/strategic-merge-patch+json',
      patch: { metadata: { ownerReferences, uid } },
    };
    try {
      return await client.patch(resource, { namespace, name }, patch, { signal });
    } catch (error) {
      // It is gone, or another has taken its name: either way it is no longer ours to change.
      if (isNotFound(error) || isInvalid(error)) return undefined;
      throw error;
    }
  };
  const adopted = await Promise.all(plan.adopt.map((object) => change(object, [reference])));
  await Promise.all(plan.release.map((object) => change(object, [{ $patch: 'delete', uid: owner.metadata.uid }])));
  return [...plan.owned, ...adopted.filter((object) => object !== undefined)];
}

/** Adopting for an owner that has been deleted meanwhile would hand its children to the garbage collector. */
async function mustStillExist<T extends KubeObject, O extends KubeObject>({
  client,
  owner,
  ownerResource,
  signal,
}: ClaimOptions<T, O>): Promise<void> {
  const { namespace = '', name, uid } = owner.metadata;
  const fresh = await client.get(ownerResource, { namespace, name }, { signal });
  if (fresh.metadata.uid !== uid)
    throw new Error(`original ${ownerResource.kind} ${name} is gone: got uid ${fresh.metadata.uid}, wanted ${uid}`);
  if (fresh.metadata.deletionTimestamp) throw new Error(`${ownerResource.kind} ${name} has just been deleted`);
}
