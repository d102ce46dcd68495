import type { ObjectKey } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';

/** `/registry/<storageName>/<namespace>/<name>`, without the namespace for what is cluster-wide. */
export function storageKey(resource: Resource, { namespace, name }: ObjectKey): string {
  return `${storagePrefix(resource, namespace)}${name}`;
}

/** Where a resource's objects lie; those of one namespace, where one is given. Ends in a slash. */
export function storagePrefix(resource: Resource, namespace = ''): string {
  const root = `/registry/${resource.storageName}/`;
  return namespace && resource.scope === 'Namespaced' ? `${root}${namespace}/` : root;
}
