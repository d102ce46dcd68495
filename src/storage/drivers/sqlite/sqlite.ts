import { createChangeFeed } from '../../change-feed.ts';
import type { Change, Entry, StorageDriver } from '../../driver.ts';
import { Compacted, RevisionMismatch, StorageUnavailable } from '../../errors.ts';
import { collectBatch, type PendingWrite } from './batch.ts';
import type { StoredRow } from './protocol.ts';
import { openWorker } from './worker-link.ts';

/** Rows read at once when a watch catches up from history. */
const HISTORY_PAGE = 1_000;
const NO_LIMIT = -1;

/**
 * The embedded store: one SQLite file, owned by a worker thread. Revisions are given out here, in memory; writes wait
 * in a queue while a batch is being synced, then all go as the next one (group commit). A write resolves only when its
 * batch is on disk. A batch that fails (disk full) leaves nothing behind and fails each of its writes.
 */
export async function sqliteDriver({ file }: { file: string }): Promise<StorageDriver> {
  const worker = await openWorker(file);
  const latest = new Map(worker.opened.keys.map((entry) => [entry.key, entry]));
  let { revision, compacted } = worker.opened;
  let queue: PendingWrite[] = [];
  let writing: Promise<void> | undefined;
  let isClosed = false;
  const feed = createChangeFeed();

  async function writeAll(): Promise<void> {
    // Lets all writes of this turn of the event loop into the first batch.
    await Promise.resolve();
    while (queue.length > 0) {
      const batch = collectBatch(queue, { latest, revision });
      queue = batch.deferred;
      for (const { write, actual } of batch.refused) write.reject(new RevisionMismatch(write.key, actual));
      if (batch.rows.length > 0) await commit(batch);
    }
    writing = undefined;
  }

  async function commit({ rows, bytes, accepted }: ReturnType<typeof collectBatch>): Promise<void> {
    try {
      await worker.ask({ kind: 'write', rows, bytes }, [bytes.buffer as ArrayBuffer]);
    } catch (error) {
      for (const { write } of accepted) write.reject(error as Error);
      return;
    }
    revision = rows.at(-1)?.revision ?? revision;
    for (const { change } of accepted) {
      const { key, revision: at, createRevision } = change;
      if (change.type === 'put') latest.set(key, { key, revision: at, createRevision });
      else latest.delete(key);
    }
    feed.publish(accepted.map(({ change }) => change));
    for (const { write, change } of accepted) write.resolve(change.revision);
  }

  function write(key: string, value: Uint8Array | undefined, expect: number): Promise<number> {
    if (isClosed) return Promise.reject(new StorageUnavailable('the store is closed'));
    return new Promise<number>((resolve, reject) => {
      queue.push({ key, value, expect, resolve, reject });
      writing ??= writeAll();
    });
  }

  function checkKept(at: number): void {
    if (at < compacted) throw new Compacted(compacted);
  }

  async function* history(after: number, until: number): AsyncGenerator<Change[]> {
    for (let from = after; from < until; ) {
      checkKept(from);
      const rows = await worker.ask<StoredRow[]>({ kind: 'log', after: from, until, limit: HISTORY_PAGE });
      if (rows.length === 0) return;
      yield rows.map(changeOf);
      from = rows.at(-1)?.revision ?? until;
    }
  }

  return {
    name: 'sqlite',
    currentRevision: async () => revision,
    async get(key, { revision: at = revision } = {}) {
      checkKept(at);
      const row = await worker.ask<StoredRow | undefined>({ kind: 'get', key, revision: at });
      return row && entryOf(row);
    },
    async list(prefix, { revision: asked = revision, startAfter = '', limit = NO_LIMIT } = {}) {
      const at = Math.min(asked, revision);
      checkKept(at);
      const answer = await worker.ask<{ rows: StoredRow[]; remaining: number }>({
        kind: 'list',
        prefix,
        startAfter,
        limit,
        revision: at,
      });
      const remaining = limit === NO_LIMIT ? 0 : answer.remaining;
      return { entries: answer.rows.map(entryOf), revision: at, remaining };
    },
    put: (key, value, { expect }) => write(key, value, expect),
    delete: (key, { expect }) => write(key, undefined, expect),
    async *watch(prefix, { after, signal }) {
      checkKept(after);
      const live = feed.subscribe(prefix, signal);
      for await (const page of history(after, revision)) {
        const fresh = page.filter((change) => change.key.startsWith(prefix));
        if (fresh.length > 0) yield fresh;
      }
      for await (const batch of live) {
        const fresh = batch.filter((change) => change.revision > after);
        if (fresh.length > 0) yield fresh;
      }
    },
    async compact(to) {
      const at = Math.min(to, revision);
      if (at <= compacted) return;
      await worker.ask({ kind: 'compact', revision: at });
      compacted = at;
    },
    async [Symbol.asyncDispose]() {
      if (isClosed) return;
      isClosed = true;
      await writing;
      feed.close();
      await worker.close();
    },
  };
}

function entryOf({ key, value, revision, createRevision }: StoredRow): Entry {
  return { key, value, revision, createRevision };
}

function changeOf({ deleted, ...row }: StoredRow): Change {
  return { ...row, type: deleted ? 'delete' : 'put' };
}
