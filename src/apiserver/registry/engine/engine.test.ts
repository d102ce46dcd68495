import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMaps } from '#api/core/v1/config-map.ts';
import type { ConfigMap } from '#gen/core/v1.ts';
import { type TestServer, take, testServer } from '../../testing.ts';

let test: TestServer;
beforeEach(async () => {
  test = await testServer();
});
afterEach(() => test[Symbol.asyncDispose]());

const create = (name: string, data: Record<string, string> = {}, labels?: Record<string, string>) =>
  test.object<ConfigMap>({
    verb: 'create',
    resource: configMaps,
    body: { metadata: { name, ...(labels && { labels }) }, data },
  });

describe('the registry', () => {
  it('stamps a new object and gives it back as it is read later', async () => {
    const created = await create('one', { a: '1' });
    expect(created.metadata).toMatchObject({
      name: 'one',
      namespace: 'default',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    });
    expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    const read = await test.object({ verb: 'get', resource: configMaps, name: 'one' });
    expect(read).toBe(created);
    expect(Object.keys(read)).toEqual(['kind', 'apiVersion', 'metadata', 'data']);
  });

  it('refuses a second object of a name', async () => {
    await create('one');
    await expect(create('one')).rejects.toMatchObject({
      status: { code: 409, reason: 'AlreadyExists', message: 'configmaps "one" already exists' },
    });
  });

  it('lists pages of one revision, whatever is written between', async () => {
    for (const name of ['a', 'b', 'c']) await create(name);
    const first = await test.send({ verb: 'list', resource: configMaps, options: { limit: 2 } });
    if (first.kind !== 'list') throw new Error(first.kind);
    expect(first.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect(first.remainingItemCount).toBe(1);
    await create('d');
    const options = { limit: 2, continue: first.continue };
    const second = await test.send({ verb: 'list', resource: configMaps, options });
    if (second.kind !== 'list') throw new Error(second.kind);
    expect(second.items.map(({ metadata }) => metadata.name)).toEqual(['c']);
    expect(second.resourceVersion).toBe(first.resourceVersion);
    expect(second.continue).toBeUndefined();
  });

  it('shows a watcher with a selector what enters and what leaves it', async () => {
    const answer = await test.send({
      verb: 'watch',
      resource: configMaps,
      options: { labelSelector: 'app=web', resourceVersion: '0' },
    });
    if (answer.kind !== 'watch') throw new Error(answer.kind);
    const events = answer.events[Symbol.asyncIterator]();
    const one = await create('one', {}, { app: 'web' });
    const relabelled = { ...one, metadata: { ...one.metadata, labels: { app: 'db' } } };
    await test.object({ verb: 'update', resource: configMaps, name: 'one', body: relabelled });
    const back = { ...one, metadata: { ...one.metadata, resourceVersion: '2' } };
    await test.object({ verb: 'update', resource: configMaps, name: 'one', body: back });
    const seen = await take(events, 3);
    expect(seen.map(({ type, object }) => [type, object.metadata.resourceVersion])).toEqual([
      ['ADDED', '1'],
      ['DELETED', '2'],
      ['ADDED', '3'],
    ]);
    await events.return?.();
  });

  it('writes no revision for an update that changes nothing', async () => {
    const one = await create('one', { a: '1' });
    const same = await test.object({ verb: 'update', resource: configMaps, name: 'one', body: one });
    expect(same).toBe(one);
  });

  it('refuses an update of an older revision', async () => {
    const one = await create('one', { a: '1' });
    await test.object({ verb: 'update', resource: configMaps, name: 'one', body: { ...one, data: { a: '2' } } });
    await expect(
      test.object({ verb: 'update', resource: configMaps, name: 'one', body: { ...one, data: { a: '3' } } }),
    ).rejects.toMatchObject({
      status: {
        code: 409,
        message:
          'Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again',
      },
    });
  });

  it('keeps a deleted object until its last finalizer goes', async () => {
    await test.object({
      verb: 'create',
      resource: configMaps,
      body: { metadata: { name: 'one', finalizers: ['example.com/hold'] } },
    });
    const marked = await test.object({ verb: 'delete', resource: configMaps, name: 'one' });
    expect(marked.metadata.deletionTimestamp).toBe('2026-01-01T00:00:00Z');
    const patch = { patchType: 'application/merge-patch+json', patch: { metadata: { finalizers: null } } };
    await test.object({ verb: 'patch', resource: configMaps, name: 'one', body: patch });
    await expect(test.send({ verb: 'get', resource: configMaps, name: 'one' })).rejects.toMatchObject({
      status: { code: 404, reason: 'NotFound' },
    });
  });

  it('stores nothing on a dry run', async () => {
    const body = { metadata: { generateName: 'x-' } };
    const dry = await test.object({ verb: 'create', resource: configMaps, body, options: { dryRun: true } });
    expect(dry.metadata.name).toMatch(/^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(await test.driver.currentRevision()).toBe(0);
  });
});
