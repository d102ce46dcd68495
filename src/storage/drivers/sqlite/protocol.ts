/** What the driver and the worker that owns the file say to each other. */
export type Request =
  | { readonly kind: 'write'; readonly rows: readonly Row[]; readonly bytes: Uint8Array }
  | { readonly kind: 'get'; readonly key: string; readonly revision: number }
  | {
      readonly kind: 'list';
      readonly prefix: string;
      readonly startAfter: string;
      readonly limit: number;
      readonly revision: number;
    }
  | { readonly kind: 'log'; readonly after: number; readonly until: number; readonly limit: number }
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'close' };

/** One write of a batch; its value is `bytes[start, end)` of the batch, so that a batch crosses in one piece. */
export interface Row {
  readonly key: string;
  readonly revision: number;
  readonly createRevision: number;
  /** 0 where there was no value before. */
  readonly previousRevision: number;
  readonly deleted: boolean;
  readonly start: number;
  readonly end: number;
}

export interface StoredRow {
  readonly key: string;
  readonly revision: number;
  readonly createRevision: number;
  readonly deleted: boolean;
  readonly value: Uint8Array;
  readonly previous?: Uint8Array | undefined;
}

export interface Opened {
  readonly revision: number;
  readonly compacted: number;
  /** Latest revision and creation of every live key. */
  readonly keys: readonly { readonly key: string; readonly revision: number; readonly createRevision: number }[];
}

export type Answer =
  | { readonly id: number; readonly ok: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } };

/** Raised in the worker, told to the driver by code. */
export type FailureCode = 'IN_USE' | 'NEWER_FORMAT' | 'FULL' | 'NOT_A_STORE' | 'FAILED';
