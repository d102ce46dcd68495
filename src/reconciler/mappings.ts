import { controllerOf, type KubeObject, keyOf } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Watch } from './controller.ts';

/** A watch whose key function sees the resource's own type. */
export function watch<T extends KubeObject>(
  resource: Resource<T>,
  keysFor: (object: T, previous: T | undefined) => readonly string[],
): Watch {
  return { resource: resource as unknown as Resource, keysFor: keysFor as unknown as Watch['keysFor'] };
}

/** Each change enqueues the object itself. */
export const enqueueSelf = <T extends KubeObject>(resource: Resource<T>): Watch =>
  watch(resource, (object) => [keyOf(object)]);

/** Each change enqueues the controller of that kind among the owners, of the state before too. */
export const enqueueOwner = <T extends KubeObject>(resource: Resource<T>, ownerKind: string): Watch =>
  watch(resource, (object, previous) => {
    const keys = [object, previous].map((each) => each && ownerKey(each, ownerKind));
    return [...new Set(keys.filter((key) => key !== undefined))];
  });

/** `namespace/name` of the controlling owner of that kind. */
export function ownerKey(object: KubeObject, ownerKind: string): string | undefined {
  const owner = controllerOf(object);
  if (owner?.kind !== ownerKind) return undefined;
  return object.metadata.namespace ? `${object.metadata.namespace}/${owner.name}` : owner.name;
}
