import { deepFreeze, type KubeObject } from '#apimachinery/object.ts';
import type { Logger } from '#base/log.ts';
import type { Change, StorageDriver } from './driver.ts';
import { EventWindow } from './event-window.ts';
import { SortedKeys } from './sorted-keys.ts';
import { decodeStored } from './stored-object.ts';
import type { CachedItem, CacheEvent, CacheWatchOptions, WatchCache } from './watch-cache.ts';
import { WatcherSet } from './watcher-set.ts';

export interface WatchCacheOptions {
  driver: StorageDriver;
  log: Logger;
  /** Events kept in memory; older ones are read from the driver. */
  window?: number;
  /** A watcher that is this many events behind is let go: its iteration ends, and the client starts anew. */
  longestQueue?: number;
}

const ROOT = '/registry/';
const LOAD_PAGE = 5_000;

interface Watcher {
  queue: CacheEvent[];
  wake: () => void;
  isTooSlow: boolean;
}

/** What of the batches a watcher with these options asked for. */
async function* about(batches: AsyncIterable<CacheEvent[]>, options: CacheWatchOptions): AsyncGenerator<CacheEvent[]> {
  for await (const batch of batches) {
    const mine = batch.filter((event) => isAbout(event, options));
    if (mine.length > 0) yield mine;
  }
}

const isAbout = ({ object, previous }: CacheEvent, { where }: CacheWatchOptions): boolean =>
  !where || where.of(object) === where.value || (previous !== undefined && where.of(previous) === where.value);

/** Loads the whole store, then follows it. @returns once every object there is can be read. */
export async function createWatchCache(options: WatchCacheOptions): Promise<WatchCache> {
  const { driver, log, window: capacity = 4_096, longestQueue = 20_000 } = options;
  const objects = new Map<string, KubeObject>();
  const keys = new SortedKeys();
  const watchers = new WatcherSet<Watcher>();
  const callbacks = new Map<string, Set<(event: CacheEvent) => void>>();
  const waiting: { revision: number; resolve: () => void }[] = [];
  const stop = new AbortController();

  let revision = await load(driver, (key, object) => {
    objects.set(key, object);
    keys.add(key);
  });
  const recent = new EventWindow(capacity, revision);

  function take(change: Change): void {
    const previous = objects.get(change.key);
    const event = eventOf(change, previous);
    revision = change.revision;
    if (!event) return;
    if (event.type === 'DELETED') {
      objects.delete(change.key);
      keys.delete(change.key);
    } else {
      objects.set(change.key, event.object);
      if (!previous) keys.add(change.key);
    }
    recent.push(event);
    for (const prefix of prefixesOf(change.key)) {
      for (const callback of callbacks.get(prefix) ?? []) callback(event);
      watchers.forEach(prefix, event, offer);
    }
  }

  function offer(watcher: Watcher, event: CacheEvent): void {
    if (watcher.queue.length >= longestQueue) watcher.isTooSlow = true;
    else watcher.queue.push(event);
    watcher.wake();
  }

  function wakeWaiting(): void {
    for (let index = waiting.length - 1; index >= 0; index--) {
      const waiter = waiting[index];
      if (!waiter || waiter.revision > revision) continue;
      waiting.splice(index, 1);
      waiter.resolve();
    }
  }

  async function follow(): Promise<void> {
    for await (const changes of driver.watch(ROOT, { after: revision, signal: stop.signal })) {
      for (const change of changes) take(change);
      wakeWaiting();
    }
  }
  const following = follow().catch((error: unknown) => {
    if (!stop.signal.aborted) log.error('watch cache lost its store', { err: error });
  });

  async function waitFor(wanted: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (revision >= wanted) return;
    await new Promise<void>((resolve, reject) => {
      waiting.push({ revision: wanted, resolve });
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }

  function register<T>(registry: Map<string, Set<T>>, prefix: string, member: T): () => void {
    const members = registry.get(prefix) ?? new Set<T>();
    registry.set(prefix, members.add(member));
    return () => {
      members.delete(member);
      if (members.size === 0 && registry.get(prefix) === members) registry.delete(prefix);
    };
  }

  /** What happened between `after` and `until`, from the driver's history. */
  async function* history(prefix: string, after: number, until: number): AsyncGenerator<CacheEvent[]> {
    const enough = new AbortController();
    for await (const changes of driver.watch(ROOT, { after, signal: enough.signal })) {
      const due = changes.filter((change) => change.revision <= until);
      const events = due.filter((change) => change.key.startsWith(prefix)).map((change) => eventOf(change, undefined));
      const known = events.filter((event) => event !== undefined);
      if (known.length > 0) yield known;
      if (due.length < changes.length || due.at(-1)?.revision === until) return enough.abort();
    }
  }

  async function* watch(prefix: string, options: CacheWatchOptions) {
    const { after, signal } = options;
    const watcher: Watcher = { queue: [], wake: () => {}, isTooSlow: false };
    const leave = watchers.add(prefix, watcher, options.where);
    const wake = () => watcher.wake();
    signal.addEventListener('abort', wake, { once: true });
    stop.signal.addEventListener('abort', wake, { once: true });
    try {
      const joined = revision;
      if (after < joined) {
        if (recent.covers(after)) {
          const missed = recent
            .since(after, prefix)
            .filter((event) => event.revision <= joined && isAbout(event, options));
          if (missed.length > 0) yield missed;
        } else yield* about(history(prefix, after, joined), options);
        yield [];
      }
      while (!signal.aborted && !stop.signal.aborted) {
        if (watcher.queue.length > 0) {
          const batch = watcher.queue.filter((event) => event.revision > after);
          watcher.queue = [];
          if (batch.length > 0) yield batch;
        } else if (watcher.isTooSlow) return;
        else {
          await new Promise<void>((resolve) => {
            watcher.wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
      stop.signal.removeEventListener('abort', wake);
      leave();
    }
  }

  return {
    get revision() {
      return revision;
    },
    async fresh(signal) {
      await waitFor(await driver.currentRevision(), signal);
      return revision;
    },
    waitFor,
    get: (key) => objects.get(key),
    list(prefix) {
      const items: CachedItem[] = [];
      for (const key of keys.withPrefix(prefix)) {
        const object = objects.get(key);
        if (object) items.push({ key, object });
      }
      return items;
    },
    count(prefix) {
      let count = 0;
      for (const _ of keys.withPrefix(prefix)) count++;
      return count;
    },
    watch,
    onEvent: (prefix, callback) => register(callbacks, prefix, callback),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await following;
    },
  };
}

async function load(driver: StorageDriver, take: (key: string, object: KubeObject) => void): Promise<number> {
  const revision = await driver.currentRevision();
  for (let startAfter = ''; ; ) {
    const page = await driver.list(ROOT, { revision, limit: LOAD_PAGE, ...(startAfter && { startAfter }) });
    for (const entry of page.entries) take(entry.key, decodeStored(entry.value, entry.revision));
    if (page.remaining === 0) return revision;
    startAfter = page.entries.at(-1)?.key ?? '';
  }
}

/** `/registry/`, `/registry/pods/`, `/registry/pods/default/`: all that a watcher of this key may have asked for. */
function* prefixesOf(key: string): Generator<string> {
  for (let slash = key.indexOf('/', 1); slash > 0; slash = key.indexOf('/', slash + 1)) yield key.slice(0, slash + 1);
}

function eventOf(change: Change, known: KubeObject | undefined): CacheEvent | undefined {
  const { key, revision } = change;
  const previous = known ?? (change.previous && decodeStored(change.previous, 0));
  if (change.type === 'put') {
    const object = decodeStored(change.value, revision);
    return { type: previous ? 'MODIFIED' : 'ADDED', key, revision, object, previous };
  }
  if (!previous) return undefined;
  const metadata = { ...previous.metadata, resourceVersion: String(revision) };
  return { type: 'DELETED', key, revision, object: deepFreeze({ ...previous, metadata }), previous };
}
