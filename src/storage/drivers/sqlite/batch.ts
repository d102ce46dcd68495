import type { Change } from '../../driver.ts';
import type { Row } from './protocol.ts';

export interface PendingWrite {
  readonly key: string;
  /** Undefined deletes. */
  readonly value: Uint8Array | undefined;
  readonly expect: number;
  readonly resolve: (revision: number) => void;
  readonly reject: (error: Error) => void;
}

export interface Batch {
  readonly rows: readonly Row[];
  /** The values of all rows, one after another. */
  readonly bytes: Uint8Array;
  readonly accepted: readonly { readonly write: PendingWrite; readonly change: Change }[];
  readonly refused: readonly { readonly write: PendingWrite; readonly actual: number }[];
  /** Writes to a key that is already in this batch: they must see how it ends. */
  readonly deferred: PendingWrite[];
}

interface State {
  readonly latest: ReadonlyMap<string, { readonly revision: number; readonly createRevision: number }>;
  readonly revision: number;
}

const NOTHING = new Uint8Array(0);

/** Decides which of the waiting writes go together, and gives them their revisions. Pure. */
export function collectBatch(queue: readonly PendingWrite[], { latest, revision }: State): Batch {
  const keys = new Set<string>();
  const rows: Row[] = [];
  const accepted: { write: PendingWrite; change: Change }[] = [];
  const refused: { write: PendingWrite; actual: number }[] = [];
  const deferred: PendingWrite[] = [];
  let next = revision;
  let size = 0;
  for (const write of queue) {
    if (keys.has(write.key)) {
      deferred.push(write);
      continue;
    }
    const current = latest.get(write.key);
    const actual = current?.revision ?? 0;
    if (actual !== write.expect || (write.value === undefined && !current)) {
      refused.push({ write, actual });
      continue;
    }
    keys.add(write.key);
    next += 1;
    const createRevision = current?.createRevision ?? next;
    const value = write.value ?? NOTHING;
    const type = write.value ? 'put' : 'delete';
    accepted.push({ write, change: { type, key: write.key, revision: next, createRevision, value } });
    rows.push({
      key: write.key,
      revision: next,
      createRevision,
      previousRevision: actual,
      deleted: type === 'delete',
      start: size,
      end: size + value.length,
    });
    size += value.length;
  }
  return { rows, bytes: joined(accepted, size), accepted, refused, deferred };
}

function joined(accepted: Batch['accepted'], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const { change } of accepted) {
    bytes.set(change.value, at);
    at += change.value.length;
  }
  return bytes;
}
