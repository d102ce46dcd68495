import { deepFreeze, type KubeObject } from '#apimachinery/object.ts';
import type { WatchEvent } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { isExpired } from '#apimachinery/status.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { createBackoff } from './backoff.ts';
import type { Client, Listed } from './client.ts';
import type { Informer, InformerChange } from './informer.ts';
import { ObjectCache } from './object-cache.ts';

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: Client;
  readonly resource: Resource<T>;
  readonly fieldSelector?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What the engine needs beyond an informer: how far it has come. */
export interface Reflector<T extends KubeObject> extends Informer<T> {
  /** The newest revision taken in, by list, event or bookmark. */
  readonly revision: number;
  /** Calls back after each step forward, bookmarks included. Returns an unsubscribe. */
  onProgress(callback: () => void): () => void;
  readonly done: Promise<void>;
}

/** Watches are asked to end after this long, stretched by up to as much again. Source: client-go reflector minWatchTimeout. */
const WATCH_SECONDS = 300;
/** A watch that ends sooner than this counts as a failure, lest a broken server is asked in a tight loop. */
const SHORT_WATCH_MS = 1000;
const PAGE = 500;

/** Starts to list and watch until `signal` aborts. */
export function startReflector<T extends KubeObject>(options: ReflectorOptions<T>): Reflector<T> {
  const { resource, clock, log, signal } = options;
  const cache = new ObjectCache<T>();
  const listeners = new Set<(change: InformerChange<T>) => void>();
  const progress = new Set<() => void>();
  let revision = 0;
  let hasSynced = false;

  const tell = (change: InformerChange<T> | undefined) => {
    if (!change) return;
    for (const listener of listeners) guarded(log, () => listener(change));
  };
  const advance = (to: string | undefined) => {
    revision = Math.max(revision, Number(to ?? 0));
    for (const callback of [...progress]) callback();
  };
  const takeList = (listed: Listed<T>) => {
    const changes = cache.replace(listed.items.map(deepFreeze));
    hasSynced = true;
    for (const change of changes) tell(change);
    revision = Number(listed.resourceVersion);
    advance(listed.resourceVersion);
  };
  const takeEvent = ({ type, object }: WatchEvent<T>) => {
    if (type === 'DELETED') tell(cache.remove(deepFreeze(object)));
    else if (type !== 'BOOKMARK') tell(cache.set(deepFreeze(object)));
    advance(object.metadata.resourceVersion);
  };

  async function follow(): Promise<void> {
    const backoff = createBackoff({ initialMs: 800, maxMs: 30_000, jitter: 1 });
    let mustList = true;
    while (!signal.aborted) {
      try {
        if (mustList) takeList(await listAll(options));
        mustList = false;
        const startedMs = clock.now();
        for await (const event of watchFrom(options, revision)) {
          takeEvent(event);
          backoff.reset();
        }
        if (clock.now() - startedMs < SHORT_WATCH_MS) await clock.sleep(backoff.next(), signal);
      } catch (error) {
        if (signal.aborted) return;
        const gone = isExpired(error);
        mustList ||= gone;
        if (!gone) log.warn('watch interrupted', { resource: resource.plural, err: error });
        await clock.sleep(backoff.next(), signal).catch(() => undefined);
      }
    }
  }

  return {
    resource,
    done: follow(),
    get hasSynced() {
      return hasSynced;
    },
    get revision() {
      return revision;
    },
    get: (key) => cache.get(key),
    list: (namespace) => cache.list(namespace),
    byIndex: (index, value) => cache.byIndex(index, value),
    addIndex: (name, valuesOf) => cache.addIndex(name, valuesOf),
    onChange(callback) {
      for (const object of cache.list()) callback({ type: 'set', object, previous: undefined });
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
    onProgress(callback) {
      progress.add(callback);
      return () => void progress.delete(callback);
    },
  };
}

async function listAll<T extends KubeObject>(options: ReflectorOptions<T>): Promise<Listed<T>> {
  const { client, resource, fieldSelector, signal } = options;
  const items: T[] = [];
  let page = await client.list(resource, { fieldSelector, limit: PAGE, signal });
  for (;;) {
    items.push(...page.items);
    if (!page.continue) return { items, resourceVersion: page.resourceVersion };
    page = await client.list(resource, { fieldSelector, limit: PAGE, continue: page.continue, signal });
  }
}

function watchFrom<T extends KubeObject>(options: ReflectorOptions<T>, revision: number) {
  const { client, resource, fieldSelector, signal } = options;
  return client.watch(resource, {
    fieldSelector,
    resourceVersion: String(revision),
    allowWatchBookmarks: true,
    timeoutSeconds: Math.floor(WATCH_SECONDS * (1 + Math.random())),
    signal,
  });
}

function guarded(log: Logger, run: () => void): void {
  try {
    run();
  } catch (error) {
    log.error('informer callback failed', { err: error });
  }
}
