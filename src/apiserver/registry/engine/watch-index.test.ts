import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMaps } from '#api/core/v1/config-map.ts';
import { pods } from '#api/core/v1/pod.ts';
import type { RequestOptions, WatchEvent } from '#apimachinery/request.ts';
import { eventually } from '#base/wait.ts';
import { type TestRequest, type TestServer, take, testServer } from '../../testing.ts';

let test: TestServer;
beforeEach(async () => {
  test = await testServer();
});
afterEach(() => test[Symbol.asyncDispose]());

async function watch(options: RequestOptions, resource: TestRequest['resource'] = pods) {
  const answer = await test.send({ verb: 'watch', resource, options });
  if (answer.kind !== 'watch') throw new Error(answer.kind);
  return answer.events[Symbol.asyncIterator]();
}

const pod = (name: string, nodeName?: string) =>
  test.object({
    verb: 'create',
    resource: pods,
    body: { metadata: { name }, spec: { containers: [{ name: 'app', image: 'a' }], ...(nodeName && { nodeName }) } },
  });
const bind = (name: string, node: string) =>
  test.send({
    verb: 'create',
    resource: pods,
    name,
    subresource: 'binding',
    body: { metadata: { name }, target: { kind: 'Node', name: node } },
  });
const brief = ({ type, object }: WatchEvent) => `${type} ${object.metadata.name}`;

describe('a watch by field', () => {
  it('shows a kubelet its own pods: those bound to it enter, and are gone at last', async () => {
    const one = await watch({ fieldSelector: 'spec.nodeName=node-1' });
    const other = await watch({ fieldSelector: 'spec.nodeName=node-2' });
    await pod('a');
    await pod('b', 'node-2');
    await bind('a', 'node-1');
    await test.send({
      verb: 'delete',
      resource: pods,
      name: 'a',
      body: { kind: 'DeleteOptions', gracePeriodSeconds: 0 },
    });
    expect((await take(one, 2)).map(brief)).toEqual(['ADDED a', 'DELETED a']);
    expect((await take(other, 1)).map(brief)).toEqual(['ADDED b']);
    await one.return?.();
    await other.return?.();
  });

  it('gives all who watch the very same event', async () => {
    const watches = await Promise.all(
      [{}, { fieldSelector: 'spec.nodeName=n' }, { fieldSelector: 'spec.nodeName=n' }].map((options) =>
        watch({ ...options, resourceVersion: '0' }),
      ),
    );
    await pod('a', 'n');
    const [[first], [second], [third]] = (await Promise.all(watches.map((one) => take(one, 1)))) as [
      WatchEvent[],
      WatchEvent[],
      WatchEvent[],
    ];
    expect(second).toBe(third);
    expect(second?.object).toBe(first?.object);
    for (const one of watches) await one.return?.();
  });

  it('goes on after a revision with what it missed', async () => {
    const { metadata } = await pod('a', 'node-1');
    await pod('b', 'node-2');
    await pod('c', 'node-1');
    const seen = await watch({ fieldSelector: 'spec.nodeName=node-1', resourceVersion: metadata.resourceVersion });
    expect((await take(seen, 1)).map(brief)).toEqual(['ADDED c']);
    await seen.return?.();
  });

  it('combines with whatever else is asked', async () => {
    const seen = await watch({ fieldSelector: 'status.phase!=Running,spec.nodeName=node-1', labelSelector: '!skip' });
    await pod('a', 'node-2');
    await pod('b', 'node-1');
    expect((await take(seen, 1)).map(brief)).toEqual(['ADDED b']);
    await seen.return?.();
  });

  it('follows one object by its name', async () => {
    const seen = await watch({ fieldSelector: 'metadata.name=two', resourceVersion: '0' }, configMaps);
    for (const name of ['one', 'two', 'three']) {
      await test.send({ verb: 'create', resource: configMaps, body: { metadata: { name } } });
    }
    expect((await take(seen, 1)).map(brief)).toEqual(['ADDED two']);
    await seen.return?.();
  });

  it('gets bookmarks although nothing that it missed was its own', async () => {
    const { metadata } = await pod('a', 'node-1');
    const last = await pod('b', 'node-2');
    const seen = await watch({
      fieldSelector: 'spec.nodeName=node-1',
      resourceVersion: metadata.resourceVersion,
      allowWatchBookmarks: true,
    });
    const next = seen.next();
    let isDone = false;
    void next.then(() => {
      isDone = true;
    });
    await eventually(async () => {
      await test.clock.advance(60_000);
      return isDone;
    });
    const { value } = await next;
    expect(value.type).toBe('BOOKMARK');
    expect(value.object.metadata.resourceVersion).toBe(last.metadata.resourceVersion);
    await seen.return?.();
  });
});
