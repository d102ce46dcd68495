import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMaps } from '#api/core/v1/config-map.ts';
import { events } from '#api/core/v1/event.ts';
import type { RequestOptions } from '#apimachinery/request.ts';
import { eventually } from '#base/wait.ts';
import { type TestServer, take, testServer } from '../../testing.ts';

let test: TestServer;
beforeEach(async () => {
  test = await testServer();
});
afterEach(() => test[Symbol.asyncDispose]());

const create = (name: string) => test.object({ verb: 'create', resource: configMaps, body: { metadata: { name } } });

async function watch(options: RequestOptions) {
  const answer = await test.send({ verb: 'watch', resource: configMaps, options });
  if (answer.kind !== 'watch') throw new Error(answer.kind);
  return answer.events[Symbol.asyncIterator]();
}

describe('a watch', () => {
  it('begins with what there is where no revision is named', async () => {
    await create('a');
    const seen = await watch({});
    await create('b');
    const found = await take(seen, 2);
    expect(found.map(({ type, object }) => [type, object.metadata.name])).toEqual([
      ['ADDED', 'a'],
      ['ADDED', 'b'],
    ]);
    await seen.return?.();
  });

  it('goes on after a revision, without gaps', async () => {
    await create('a');
    await create('b');
    const seen = await watch({ resourceVersion: '1' });
    expect((await take(seen, 1)).map(({ object }) => object.metadata.name)).toEqual(['b']);
    await seen.return?.();
  });

  it('tells every watcher the very same event', async () => {
    const [one, two] = [await watch({}), await watch({})];
    await create('a');
    expect((await take(one, 1))[0]).toBe((await take(two, 1))[0]);
    await one.return?.();
    await two.return?.();
  });

  it('marks the end of the initial events for those who ask', async () => {
    await create('a');
    const seen = await watch({
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
    });
    const [first, second] = await take(seen, 2);
    expect(first?.type).toBe('ADDED');
    expect(second).toEqual({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: '1', annotations: { 'k8s.io/initial-events-end': 'true' } },
      },
    });
    await seen.return?.();
  });

  it('sends a bookmark a minute', async () => {
    await create('a');
    const seen = await watch({ resourceVersion: '1', allowWatchBookmarks: true });
    const next = seen.next();
    await test.clock.advance(60_000);
    expect((await next).value).toMatchObject({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '1' } } });
    await seen.return?.();
  });

  it('ends at its timeout', async () => {
    const seen = await watch({ timeoutSeconds: 5 });
    const next = seen.next();
    await test.clock.advance(5_000);
    expect((await next).done).toBe(true);
  });

  it('is refused where its options contradict each other', async () => {
    await expect(watch({ sendInitialEvents: true })).rejects.toMatchObject({
      status: {
        code: 422,
        message:
          'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      },
    });
  });
});

describe('a list', () => {
  const list = (options: RequestOptions) => test.send({ verb: 'list', resource: configMaps, options });

  it('continues where its revision is gone, when the client takes the offered token', async () => {
    for (const name of ['a', 'b', 'c']) await create(name);
    const first = await list({ limit: 1 });
    if (first.kind !== 'list') throw new Error(first.kind);
    await create('d');
    await test.driver.compact(4);
    const gone = await list({ limit: 1, continue: first.continue }).catch((error: unknown) => error);
    expect(gone).toMatchObject({ status: { code: 410, reason: 'Expired' } });
    const token = (gone as { status: { metadata: { continue: string } } }).status.metadata.continue;
    const rest = await list({ continue: token });
    if (rest.kind !== 'list') throw new Error(rest.kind);
    expect(rest.items.map(({ metadata }) => metadata.name)).toEqual(['b', 'c', 'd']);
  });

  it('refuses a field that cannot be selected by', async () => {
    await expect(list({ fieldSelector: 'data.x=1' })).rejects.toMatchObject({ status: { code: 400 } });
  });

  it('shows an exact revision of the past', async () => {
    await create('a');
    await create('b');
    const answer = await list({ resourceVersion: '1', resourceVersionMatch: 'Exact' });
    expect(answer).toMatchObject({ resourceVersion: '1', items: [{ metadata: { name: 'a' } }] });
  });

  it('waits three seconds for a revision of the future', async () => {
    const answer = list({ resourceVersion: '100' }).catch((error: unknown) => error);
    await test.clock.advance(3_000);
    expect(await answer).toMatchObject({
      status: { code: 504, message: 'Timeout: Too large resource version: 100, current: 0' },
    });
  });
});

describe('events', () => {
  it('are forgotten an hour after they were last written', async () => {
    await test.send({ verb: 'create', resource: events, body: { metadata: { name: 'e' }, involvedObject: {} } });
    await test.clock.advance(59 * 60_000);
    expect(test.server.reader.list(events)).toHaveLength(1);
    await test.clock.advance(2 * 60_000);
    await eventually(() => test.server.reader.list(events).length === 0);
  });
});
