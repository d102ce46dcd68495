import type { ListMeta, ObjectMeta } from '#gen/meta/v1.ts';

/** What every stored object has. Objects that came out of a cache are deep-frozen: copy before changing. */
export interface KubeObject {
  apiVersion?: string | undefined;
  kind?: string | undefined;
  metadata: ObjectMeta;
}

export interface KubeList<T extends KubeObject = KubeObject> {
  apiVersion?: string | undefined;
  kind?: string | undefined;
  metadata: ListMeta;
  items: T[];
}

/** What a client may send to create a T: identity is the server's to give, status is optional. */
export type Creatable<T extends KubeObject> = Omit<T, 'apiVersion' | 'kind' | 'metadata' | 'status'> &
  Partial<Pick<T, Extract<'status', keyof T>>> & {
    apiVersion?: string | undefined;
    kind?: string | undefined;
    metadata: Partial<ObjectMeta>;
  };

/** Namespace and name; `namespace` is empty for what is cluster-wide. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

/** `namespace/name`, or `name` for what is cluster-wide: the form of logs and of work-queue keys. */
export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The controller among the owner references, if any. */
export function controllerOf(object: { metadata: Partial<ObjectMeta> }) {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** Freezes all that is reachable; returns its argument. Already frozen branches are not walked again. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (ArrayBuffer.isView(value)) return value;
  for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}

/** A deep copy that may be changed; the way to edit what a cache handed out. */
export function copyOf<T>(value: T): T {
  return structuredClone(value) as T;
}
