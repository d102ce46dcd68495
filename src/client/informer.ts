import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';

/**
 * A local, always-current copy of one resource, kept by list and watch. Objects are the shared frozen ones.
 * Relists by itself after 410 Gone or a broken connection; readers never see it empty in between.
 */
export interface Informer<T extends KubeObject> {
  readonly resource: Resource<T>;
  /** Whether the first list has been taken in. */
  readonly hasSynced: boolean;
  /** By `namespace/name` or `name`. */
  get(key: string): T | undefined;
  list(namespace?: string): readonly T[];
  /** Objects under `value` of an index declared with `addIndex`. */
  byIndex(index: string, value: string): readonly T[];
  /** Declares an index; may be called at any time, twice is once. */
  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void;
  /** Calls back for each object there is and each later change. `previous` is undefined for additions. Returns an unsubscribe. */
  onChange(callback: (change: InformerChange<T>) => void): () => void;
}

export type InformerChange<T> =
  | { readonly type: 'set'; readonly object: T; readonly previous: T | undefined }
  | { readonly type: 'remove'; readonly object: T };

/** The informers of one process, one per resource however many components ask. */
export interface InformerSet extends AsyncDisposable {
  for<T extends KubeObject>(resource: Resource<T>, options?: { fieldSelector?: string }): Informer<T>;
  /** Resolves when every informer asked for so far has synced. */
  synced(signal?: AbortSignal): Promise<void>;
}
