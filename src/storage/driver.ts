/**
 * What a storage engine promises. The model is etcd's: an append-only log of revisions, one counter for all keys,
 * and the latest value of each key. Keys look like `/registry/pods/<namespace>/<name>`; values are opaque bytes.
 * Every driver passes `driver.contract.ts`.
 */
export interface StorageDriver extends AsyncDisposable {
  readonly name: string;

  /** The newest revision that is durable; never older than any write acknowledged before the call. 0 when empty. */
  currentRevision(): Promise<number>;

  /** The entry at `revision` (default: now). @throws {Compacted} when that is no longer kept. */
  get(key: string, options?: { revision?: number }): Promise<Entry | undefined>;

  /** Entries whose key begins with `prefix`, in byte order of keys. @throws {Compacted} */
  list(prefix: string, options?: ListOptions): Promise<ListPage>;

  /**
   * Writes when the key's latest revision is `expect` (0: the key must not exist), and resolves with the new revision
   * once the write is durable. @throws {RevisionMismatch}
   */
  put(key: string, value: Uint8Array, options: { expect: number }): Promise<number>;

  /**
   * Removes when the key's latest revision is `expect`; resolves with the deletion's revision.
   * @throws {RevisionMismatch} also, with 0, when there is no such key.
   */
  delete(key: string, options: { expect: number }): Promise<number>;

  /**
   * All changes below `prefix` with a revision above `after`, in order, without gaps, in batches; each is durable by then.
   * A write's change is yielded (or queued for yielding) before the write's own promise resolves.
   * @throws {Compacted} when `after` is older than the kept history.
   */
  watch(prefix: string, options: { after: number; signal: AbortSignal }): AsyncIterable<readonly Change[]>;

  /** Forgets history below `revision`, keeping each key's latest value at it. */
  compact(revision: number): Promise<void>;
}

export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  /** The revision of this value: `resourceVersion`. */
  readonly revision: number;
  readonly createRevision: number;
}

export interface ListOptions {
  /** Read the state as of this revision; default now. */
  revision?: number;
  /** Only keys above this one. */
  startAfter?: string;
  limit?: number;
}

export interface ListPage {
  readonly entries: readonly Entry[];
  /** The revision that the page shows. */
  readonly revision: number;
  /** How many more entries follow. */
  readonly remaining: number;
}

export interface Change {
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly revision: number;
  readonly createRevision: number;
  /** The new value; for `delete` empty. The very bytes object given to `put`, where the driver can keep it. */
  readonly value: Uint8Array;
  /** The value before, where there was one; always given for changes read from history, for live ones where it costs nothing. */
  readonly previous?: Uint8Array | undefined;
}
