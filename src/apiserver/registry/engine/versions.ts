import { deepFreeze, type KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';

/** By resource, by stored object: what a request of that version sees. One stored object has one frozen image. */
const images = new WeakMap<Resource, WeakMap<KubeObject, KubeObject>>();

/** The stored object as `resource` shows it: itself, unless the resource is another version of what is stored. */
export function fromStored(resource: Resource, stored: KubeObject): KubeObject {
  const conversion = resource.conversion;
  if (!conversion) return stored;
  const known = images.get(resource) ?? new WeakMap<KubeObject, KubeObject>();
  images.set(resource, known);
  const image = known.get(stored) ?? deepFreeze(conversion.fromStored(stored));
  known.set(stored, image);
  return image;
}

export function toStored(resource: Resource, object: KubeObject): KubeObject {
  return resource.conversion ? resource.conversion.toStored(object) : object;
}
