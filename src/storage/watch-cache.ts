import type { KubeObject } from '#apimachinery/object.ts';

/**
 * The current state of the whole store in memory, one frozen object per key, and the fan-out of its changes.
 * Reads cost no I/O; one change is decoded once and handed to every watcher as the same value.
 */
export interface WatchCache extends AsyncDisposable {
  /** The revision that the cache shows. */
  readonly revision: number;
  /** Resolves, with the cache's revision, once the cache shows every write acknowledged before the call. */
  fresh(signal?: AbortSignal): Promise<number>;
  /** Resolves once the cache shows `revision` or later. */
  waitFor(revision: number, signal?: AbortSignal): Promise<void>;
  get(key: string): KubeObject | undefined;
  /** Objects below a prefix such as `/registry/pods/` or `/registry/pods/default/`, in byte order of keys. */
  list(prefix: string): readonly CachedItem[];
  count(prefix: string): number;
  /**
   * Changes below `prefix` after revision `after`, in order and without gaps; history older than memory is read from
   * the store. Each is one shared value for all watchers. An empty batch says that what had happened before the call
   * has been handed out. @throws {Compacted} at the first step when `after` is gone.
   */
  watch(prefix: string, options: CacheWatchOptions): AsyncIterable<readonly CacheEvent[]>;
  /** Called synchronously for every change as it is taken in. */
  onEvent(prefix: string, callback: (event: CacheEvent) => void): () => void;
}

export interface CacheWatchOptions {
  readonly after: number;
  readonly signal: AbortSignal;
  /** Only changes of objects that have, or had, this value. */
  readonly where?: WatchIndex | undefined;
}

/**
 * A question that many watchers ask with different answers, such as the node of a pod: a change then costs work only
 * for the watchers whose value it is.
 */
export interface WatchIndex {
  /** The same name below the same prefix means the same question. */
  readonly name: string;
  readonly of: (object: KubeObject) => string;
  readonly value: string;
}

export interface CachedItem {
  readonly key: string;
  readonly object: KubeObject;
}

export interface CacheEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly key: string;
  readonly revision: number;
  /** The new state; for DELETED the last state, with the deletion's resourceVersion. */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}
