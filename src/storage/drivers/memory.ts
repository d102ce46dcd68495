import { createChangeFeed } from '../change-feed.ts';
import type { Change, Entry, ListOptions, ListPage, StorageDriver } from '../driver.ts';
import { Compacted, RevisionMismatch, StorageUnavailable } from '../errors.ts';

const NOTHING = new Uint8Array(0);

/** Keeps everything in this process and forgets it with it: for tests, and for clusters that live inside one. */
export function memoryDriver(): StorageDriver {
  let log: Change[] = [];
  /** The log below this revision is gone; 0 while all of it is there. */
  let compacted = 0;
  let revision = 0;
  let isClosed = false;
  const latest = new Map<string, Change>();
  const feed = createChangeFeed();

  function stateAt(at: number): Map<string, Change> {
    if (at < compacted) throw new Compacted(compacted);
    if (at >= revision) return latest;
    const state = new Map<string, Change>();
    for (const change of log) if (change.revision <= at) state.set(change.key, change);
    for (const [key, change] of state) if (change.type === 'delete') state.delete(key);
    return state;
  }

  async function write(key: string, value: Uint8Array | undefined, expect: number): Promise<number> {
    if (isClosed) throw new StorageUnavailable('the store is closed');
    const current = latest.get(key);
    const actual = current?.revision ?? 0;
    if (actual !== expect || (value === undefined && !current)) throw new RevisionMismatch(key, actual);
    revision += 1;
    const change: Change = {
      type: value ? 'put' : 'delete',
      key,
      revision,
      createRevision: current?.createRevision ?? revision,
      value: value ?? NOTHING,
      previous: current?.value,
    };
    if (value) latest.set(key, change);
    else latest.delete(key);
    log.push(change);
    feed.publish([change]);
    return revision;
  }

  return {
    name: 'memory',
    currentRevision: async () => revision,
    async get(key, { revision: at = revision } = {}) {
      const change = stateAt(at).get(key);
      return change && entryOf(change);
    },
    list: async (prefix, options = {}) => {
      const at = Math.min(options.revision ?? revision, revision);
      return page(stateAt(at), { ...options, prefix, revision: at });
    },
    put: (key, value, { expect }) => write(key, value, expect),
    delete: (key, { expect }) => write(key, undefined, expect),
    async *watch(prefix, { after, signal }) {
      if (after < compacted) throw new Compacted(compacted);
      const live = feed.subscribe(prefix, signal);
      const missed = log.filter((change) => change.revision > after && change.key.startsWith(prefix));
      if (missed.length > 0) yield missed;
      for await (const batch of live) {
        const fresh = batch.filter((change) => change.revision > after);
        if (fresh.length > 0) yield fresh;
      }
    },
    async compact(to) {
      if (to <= compacted) return;
      const keep = stateAt(to);
      const isKept = (change: Change) => change.revision > to || keep.get(change.key) === change;
      log = log.filter(isKept);
      compacted = Math.min(to, revision);
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      feed.close();
    },
  };
}

function entryOf({ key, value, revision, createRevision }: Change): Entry {
  return { key, value, revision, createRevision };
}

function page(
  state: ReadonlyMap<string, Change>,
  options: ListOptions & { prefix: string; revision: number },
): ListPage {
  const { prefix, startAfter = '', limit = Number.POSITIVE_INFINITY, revision } = options;
  const found = [...state.values()]
    .filter((change) => change.key.startsWith(prefix) && change.key > startAfter)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const shown = found.slice(0, limit);
  return { entries: shown.map(entryOf), revision, remaining: found.length - shown.length };
}
