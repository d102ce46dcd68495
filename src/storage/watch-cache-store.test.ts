import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '#apimachinery/object.ts';
import { silentLogger } from '#base/log.ts';
import type { StorageDriver } from './driver.ts';
import { memoryDriver } from './drivers/memory.ts';
import { Compacted } from './errors.ts';
import { encodeStored } from './stored-object.ts';
import type { CacheEvent, WatchCache } from './watch-cache.ts';
import { createWatchCache } from './watch-cache-store.ts';

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

function object(name: string, color = 'red'): KubeObject {
  const metadata = {
    name,
    uid: name,
    resourceVersion: '',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { color },
  };
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata };
}

const keyFor = (name: string) => `/registry/configmaps/default/${name}`;

async function setUp(options: { window?: number; longestQueue?: number } = {}) {
  const driver = memoryDriver();
  const put = (name: string, color: string, expected: number) =>
    driver.put(keyFor(name), encodeStored(object(name, color)), { expect: expected });
  const open = () => createWatchCache({ driver, log: silentLogger, ...options });
  return { driver, put, open };
}

async function collect(cache: WatchCache, after: number, count: number, prefix = '/registry/configmaps/') {
  const stop = new AbortController();
  stops.push(stop);
  const seen: CacheEvent[] = [];
  for await (const batch of cache.watch(prefix, { after, signal: stop.signal })) {
    seen.push(...batch);
    if (seen.length >= count) break;
  }
  return seen;
}

const brief = ({ type, revision, object: { metadata }, previous }: CacheEvent) =>
  `${type} ${metadata.name}@${metadata.resourceVersion} ${metadata.labels?.['color']} ${revision} was ${previous?.metadata.labels?.['color']}`;

describe('the watch cache', () => {
  it('shows what the store held before it was opened', async () => {
    const { put, open } = await setUp();
    await put('b', 'red', 0);
    await put('a', 'blue', 0);
    const cache = await open();
    expect(cache.revision).toBe(2);
    expect(cache.list('/registry/configmaps/').map(({ object: found }) => found.metadata.name)).toEqual(['a', 'b']);
    expect(cache.get(keyFor('b'))?.metadata.resourceVersion).toBe('1');
    expect(cache.count('/registry/configmaps/default/')).toBe(2);
    expect(cache.count('/registry/configmaps/other/')).toBe(0);
  });

  it('is fresh: shows every write acknowledged before', async () => {
    const { put, open, driver } = await setUp();
    const cache = await open();
    await put('a', 'red', 0);
    await cache.fresh();
    expect(cache.get(keyFor('a'))?.metadata.labels).toEqual({ color: 'red' });
    const gone = await driver.delete(keyFor('a'), { expect: 1 });
    await cache.waitFor(gone);
    expect(cache.get(keyFor('a'))).toBeUndefined();
  });

  const inOrder = [
    'ADDED a@1 red 1 was undefined',
    'MODIFIED a@2 blue 2 was red',
    'ADDED b@3 red 3 was undefined',
    'DELETED a@4 blue 4 was blue',
  ];
  async function history(
    driver: StorageDriver,
    put: (name: string, color: string, expected: number) => Promise<number>,
  ) {
    await put('a', 'red', 0);
    await put('a', 'blue', 1);
    await put('b', 'red', 0);
    await driver.delete(keyFor('a'), { expect: 2 });
  }

  it('hands out live events in order', async () => {
    const { driver, put, open } = await setUp();
    const cache = await open();
    const watching = collect(cache, 0, 4);
    await history(driver, put);
    expect((await watching).map(brief)).toEqual(inOrder);
  });

  it('resumes from memory', async () => {
    const { driver, put, open } = await setUp();
    const cache = await open();
    await history(driver, put);
    await cache.fresh();
    expect((await collect(cache, 1, 3)).map(brief)).toEqual(inOrder.slice(1));
  });

  it('resumes from the store what is older than its memory', async () => {
    const { driver, put, open } = await setUp();
    await history(driver, put);
    const cache = await open();
    expect((await collect(cache, 0, 4)).map(brief)).toEqual(inOrder);
    expect((await collect(cache, 2, 2)).map(brief)).toEqual(inOrder.slice(2));
  });

  it('joins history and present without a gap or a repetition', async () => {
    const { put, open } = await setUp({ window: 4 });
    for (let n = 1; n <= 30; n++) await put(`old${n}`, 'red', 0);
    const cache = await open();
    const watching = collect(cache, 10, 50);
    for (let n = 1; n <= 30; n++) await put(`new${n}`, 'red', 0);
    const revisions = (await watching).map(({ revision }) => revision);
    expect(revisions).toEqual(Array.from({ length: 50 }, (_, n) => n + 11));
  });

  it('says that compacted history is gone', async () => {
    const { driver, put, open } = await setUp();
    await history(driver, put);
    await driver.compact(3);
    const cache = await open();
    await expect(collect(cache, 1, 1)).rejects.toBeInstanceOf(Compacted);
  });

  it('hands every watcher the same event, and readers the same object', async () => {
    const { put, open } = await setUp();
    const cache = await open();
    const [one, two] = [collect(cache, 0, 1), collect(cache, 0, 1, '/registry/configmaps/default/')];
    await put('a', 'red', 0);
    const [first] = await one;
    expect((await two)[0]).toBe(first);
    expect(cache.get(keyFor('a'))).toBe(first?.object);
  });

  it('gives a watcher only what is below its prefix', async () => {
    const { driver, put, open } = await setUp();
    const cache = await open();
    const watching = collect(cache, 0, 1, '/registry/secrets/');
    await put('a', 'red', 0);
    await driver.put('/registry/secrets/default/s', encodeStored(object('s')), { expect: 0 });
    expect((await watching).map(({ key }) => key)).toEqual(['/registry/secrets/default/s']);
  });

  it('lets a watcher go that does not keep up', async () => {
    const { put, open } = await setUp({ longestQueue: 3 });
    const cache = await open();
    const stop = new AbortController();
    stops.push(stop);
    const iterator = cache.watch('/registry/', { after: 0, signal: stop.signal })[Symbol.asyncIterator]();
    const first = iterator.next();
    for (let n = 1; n <= 10; n++) await put(`n${n}`, 'red', 0);
    await cache.fresh();
    const seen: number[] = (await first).value.map((event: CacheEvent) => event.revision);
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      seen.push(...step.value.map((event) => event.revision));
    }
    expect(seen).toEqual(Array.from(seen, (_, n) => n + 1));
    expect(seen.length).toBeLessThan(10);
  });

  it('calls back synchronously, until told to stop', async () => {
    const { put, open } = await setUp();
    const cache = await open();
    const seen: string[] = [];
    const off = cache.onEvent('/registry/configmaps/', (event) => seen.push(event.type));
    await put('a', 'red', 0);
    await cache.fresh();
    off();
    await put('a', 'blue', 1);
    await cache.fresh();
    expect(seen).toEqual(['ADDED']);
  });
});
