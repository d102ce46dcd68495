import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change, StorageDriver } from './driver.ts';
import { Compacted, RevisionMismatch, StorageUnavailable } from './errors.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => value && new TextDecoder().decode(value);

/** What every storage driver must do. `open` gives an empty store; called once per test. */
export function storageContract(name: string, open: () => Promise<StorageDriver>): void {
  describe(`${name} keeps the storage contract`, () => {
    let driver: StorageDriver;
    let stop: AbortController;

    beforeEach(async () => {
      driver = await open();
      stop = new AbortController();
    });
    afterEach(async () => {
      stop.abort();
      await driver[Symbol.asyncDispose]();
    });

    const create = (key: string, value = key) => driver.put(key, bytes(value), { expect: 0 });

    async function collect(prefix: string, after: number, count: number): Promise<Change[]> {
      const seen: Change[] = [];
      for await (const batch of driver.watch(prefix, { after, signal: stop.signal })) {
        seen.push(...batch);
        if (seen.length >= count) break;
      }
      return seen;
    }

    it('starts empty, at revision 0', async () => {
      expect(await driver.currentRevision()).toBe(0);
      expect(await driver.get('/a')).toBeUndefined();
      expect(await driver.list('/')).toEqual({ entries: [], revision: 0, remaining: 0 });
    });

    it('counts one revision per write, over all keys', async () => {
      expect(await create('/a')).toBe(1);
      expect(await create('/b')).toBe(2);
      expect(await driver.put('/a', bytes('2'), { expect: 1 })).toBe(3);
      expect(await driver.delete('/b', { expect: 2 })).toBe(4);
      expect(await driver.currentRevision()).toBe(4);
    });

    it('reads what was written, with its revision and that of its creation', async () => {
      await create('/a', 'one');
      await driver.put('/a', bytes('two'), { expect: 1 });
      const entry = await driver.get('/a');
      expect(text(entry?.value)).toBe('two');
      expect(entry).toMatchObject({ key: '/a', revision: 2, createRevision: 1 });
    });

    it.each([
      ['creating what exists', (d: StorageDriver) => d.put('/a', bytes('x'), { expect: 0 }), 1],
      ['updating a stale revision', (d: StorageDriver) => d.put('/a', bytes('x'), { expect: 7 }), 1],
      ['updating what does not exist', (d: StorageDriver) => d.put('/none', bytes('x'), { expect: 1 }), 0],
      ['deleting a stale revision', (d: StorageDriver) => d.delete('/a', { expect: 9 }), 1],
      ['deleting what does not exist', (d: StorageDriver) => d.delete('/none', { expect: 0 }), 0],
    ])('refuses %s, and says the actual revision', async (_, attempt, actual) => {
      await create('/a');
      const error = await attempt(driver).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(RevisionMismatch);
      expect((error as RevisionMismatch).actual).toBe(actual);
      expect(await driver.currentRevision()).toBe(1);
    });

    it('lets exactly one of many writers of the same key win', async () => {
      await create('/a');
      const attempts = Array.from({ length: 20 }, (_, n) => driver.put('/a', bytes(String(n)), { expect: 1 }));
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await driver.currentRevision()).toBe(2);
    });

    it('creates anew after a deletion', async () => {
      await create('/a', 'first');
      await driver.delete('/a', { expect: 1 });
      expect(await driver.get('/a')).toBeUndefined();
      expect(await create('/a', 'second')).toBe(3);
      expect(await driver.get('/a')).toMatchObject({ revision: 3, createRevision: 3 });
    });

    it('lists a prefix in byte order of keys, and only it', async () => {
      for (const key of ['/pods/b', '/pods/a', '/pods/a/x', '/pods-other/z', '/po', '/pods/Z', '/pods/é'])
        await create(key);
      const { entries } = await driver.list('/pods/');
      expect(entries.map(({ key }) => key)).toEqual(['/pods/Z', '/pods/a', '/pods/a/x', '/pods/b', '/pods/é']);
    });

    it('pages through a list, with what remains', async () => {
      for (const key of ['/p/1', '/p/2', '/p/3', '/p/4', '/p/5']) await create(key);
      const first = await driver.list('/p/', { limit: 2 });
      expect([first.entries.map(({ key }) => key), first.remaining]).toEqual([['/p/1', '/p/2'], 3]);
      const last = await driver.list('/p/', { startAfter: '/p/4', limit: 2 });
      expect([last.entries.map(({ key }) => key), last.remaining]).toEqual([['/p/5'], 0]);
    });

    it('reads the past', async () => {
      await create('/p/a', 'old');
      await create('/p/b');
      await driver.put('/p/a', bytes('new'), { expect: 1 });
      await driver.delete('/p/b', { expect: 2 });
      const past = await driver.list('/p/', { revision: 2 });
      expect(past.revision).toBe(2);
      expect(past.entries.map(({ key, value }) => [key, text(value)])).toEqual([
        ['/p/a', 'old'],
        ['/p/b', '/p/b'],
      ]);
      expect(text((await driver.get('/p/a', { revision: 1 }))?.value)).toBe('old');
      expect(await driver.get('/p/a', { revision: 0 })).toBeUndefined();
    });

    it('watches from the past into the present without a gap', async () => {
      await create('/p/a', '1');
      await create('/q/x');
      const watching = collect('/p/', 0, 4);
      await driver.put('/p/a', bytes('2'), { expect: 1 });
      await create('/p/b');
      await driver.delete('/p/a', { expect: 3 });
      const seen = await watching;
      expect(seen.map(({ type, key, revision, createRevision }) => [type, key, revision, createRevision])).toEqual([
        ['put', '/p/a', 1, 1],
        ['put', '/p/a', 3, 1],
        ['put', '/p/b', 4, 4],
        ['delete', '/p/a', 5, 1],
      ]);
    });

    it('resumes a watch after a revision, with the values before', async () => {
      await create('/a', '1');
      await driver.put('/a', bytes('2'), { expect: 1 });
      await driver.delete('/a', { expect: 2 });
      const seen = await collect('/', 1, 2);
      expect(seen.map(({ type, previous }) => [type, text(previous)])).toEqual([
        ['put', '1'],
        ['delete', '2'],
      ]);
    });

    it('has queued a change for watchers before the write resolves', async () => {
      const iterator = driver.watch('/', { after: 0, signal: stop.signal })[Symbol.asyncIterator]();
      const first = iterator.next();
      await create('/a');
      const settled = await Promise.race([first, new Promise((resolve) => setImmediate(resolve, 'late'))]);
      expect(settled).not.toBe('late');
      await iterator.return?.();
    });

    it('ends a watch when its signal aborts', async () => {
      const watching = collect('/', 0, 1);
      await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
      expect(await watching).toEqual([]);
    });

    it('after compaction keeps the state at it, and refuses what is older', async () => {
      await create('/a', '1');
      await driver.put('/a', bytes('2'), { expect: 1 });
      await create('/gone');
      await driver.delete('/gone', { expect: 3 });
      await create('/b');
      await driver.compact(4);
      expect((await driver.list('/')).entries.map(({ key, value }) => [key, text(value)])).toEqual([
        ['/a', '2'],
        ['/b', '/b'],
      ]);
      expect((await driver.list('/', { revision: 4 })).entries.map(({ key }) => key)).toEqual(['/a']);
      await expect(driver.list('/', { revision: 3 })).rejects.toBeInstanceOf(Compacted);
      await expect(driver.get('/a', { revision: 1 })).rejects.toBeInstanceOf(Compacted);
      await expect(collect('/', 3, 1)).rejects.toBeInstanceOf(Compacted);
      expect((await collect('/', 4, 1)).map(({ key }) => key)).toEqual(['/b']);
    });

    it('goes on counting when the newest revision was compacted away', async () => {
      await create('/a');
      await driver.delete('/a', { expect: 1 });
      await driver.compact(2);
      expect(await driver.currentRevision()).toBe(2);
      expect(await create('/b')).toBe(3);
    });

    it('keeps values byte for byte', async () => {
      const value = Uint8Array.from({ length: 70_000 }, (_, n) => n % 256);
      await driver.put('/blob', value, { expect: 0 });
      expect(Buffer.compare((await driver.get('/blob'))?.value ?? new Uint8Array(), value)).toBe(0);
    });

    it('takes no write after it was closed', async () => {
      await driver[Symbol.asyncDispose]();
      await expect(create('/a')).rejects.toBeInstanceOf(StorageUnavailable);
    });
  });
}
