import type { KubeObject, ObjectKey } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';

/** Synchronous reads of the server's current state, for authorizers, admission and strategies. Objects are frozen. */
export interface Reader {
  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey): T | undefined;
  /** All, or those of one namespace. */
  list<T extends KubeObject>(resource: Resource<T>, namespace?: string): readonly T[];
  /** Calls back after each change of the resource, until the returned function is called. */
  onChange(resource: Resource, callback: () => void): () => void;
}
