import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pods } from '#api/core/v1/pod.ts';
import type { WatchEvent } from '#apimachinery/request.ts';
import type { Pod } from '#gen/core/v1.ts';
import { type TestServer, take, testServer } from '../../testing.ts';

let test: TestServer;
beforeEach(async () => {
  test = await testServer();
});
afterEach(() => test[Symbol.asyncDispose]());

const pod = (name: string, spec: object = { nodeName: 'node-1' }, labels: Record<string, string> = {}) =>
  test.object<Pod>({
    verb: 'create',
    resource: pods,
    body: { metadata: { name, labels }, spec: { containers: [{ name: 'app', image: 'a' }], ...spec } },
  });
const remove = (name: string, options: object = {}) =>
  test.send({ verb: 'delete', resource: pods, name, body: { kind: 'DeleteOptions', apiVersion: 'v1', ...options } });
const get = (name: string) => test.object<Pod>({ verb: 'get', resource: pods, name });
async function watch() {
  const answer = await test.send({ verb: 'watch', resource: pods, options: { resourceVersion: '0' } });
  if (answer.kind !== 'watch') throw new Error(answer.kind);
  return answer.events[Symbol.asyncIterator]();
}
const brief = ({ type, object }: WatchEvent) =>
  `${type} ${object.metadata.name} ${object.metadata.deletionGracePeriodSeconds ?? '-'}`;

describe('deleting a pod on a node', () => {
  it('marks it first; the kubelet takes it away at last', async () => {
    const seen = await watch();
    await pod('a');
    const marked = await remove('a');
    expect(marked).toMatchObject({
      code: 200,
      object: { metadata: { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 } },
    });
    await remove('a', { gracePeriodSeconds: 0 });
    expect((await take(seen, 3)).map(brief)).toEqual(['ADDED a -', 'MODIFIED a 30', 'DELETED a 30']);
    await expect(get('a')).rejects.toMatchObject({ status: { code: 404 } });
    await seen.return?.();
  });

  it('may be hurried, and never slowed down', async () => {
    await pod('a');
    await remove('a', { gracePeriodSeconds: 20 });
    await remove('a', { gracePeriodSeconds: 60 });
    expect((await get('a')).metadata.deletionGracePeriodSeconds).toBe(20);
    await remove('a', { gracePeriodSeconds: 5 });
    expect((await get('a')).metadata).toMatchObject({
      deletionGracePeriodSeconds: 5,
      deletionTimestamp: '2026-01-01T00:00:05Z',
    });
  });

  it.each<[string, object, object, object]>([
    ['is not scheduled', {}, {}, {}],
    ['has no grace', { nodeName: 'n', terminationGracePeriodSeconds: 0 }, {}, {}],
    ['is forced away', { nodeName: 'n' }, {}, { gracePeriodSeconds: 0 }],
    ['has succeeded', { nodeName: 'n' }, { phase: 'Succeeded' }, {}],
    ['has failed', { nodeName: 'n' }, { phase: 'Failed' }, {}],
  ])('goes at once where the pod %s', async (_, spec, status, options) => {
    const made = await pod('a', spec);
    if (Object.keys(status).length > 0) {
      await test.send({ verb: 'update', resource: pods, name: 'a', subresource: 'status', body: { ...made, status } });
    }
    await remove('a', options);
    await expect(get('a')).rejects.toMatchObject({ status: { code: 404 } });
  });

  it('waits for finalizers even without grace', async () => {
    const made = await pod('a', {});
    const body = { ...made, metadata: { ...made.metadata, finalizers: ['example.com/wait'] } };
    await test.send({ verb: 'update', resource: pods, name: 'a', body });
    await remove('a', { gracePeriodSeconds: 0 });
    const waiting = await get('a');
    expect(waiting.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, finalizers: ['example.com/wait'] });
    const patch = { patchType: 'application/merge-patch+json', patch: { metadata: { finalizers: null } } };
    await test.send({ verb: 'patch', resource: pods, name: 'a', body: patch });
    await expect(get('a')).rejects.toMatchObject({ status: { code: 404 } });
  });

  it('is refused where the pod is not the one that was meant', async () => {
    const { metadata } = await pod('a');
    await expect(remove('a', { preconditions: { uid: 'other' } })).rejects.toMatchObject({
      status: {
        code: 409,
        message: expect.stringContaining(
          `the UID in the precondition (other) does not match the UID in record (${metadata.uid})`,
        ) as string,
      },
    });
    await expect(remove('a', { preconditions: { resourceVersion: '999' } })).rejects.toMatchObject({
      status: { code: 409, reason: 'Conflict' },
    });
    await expect(remove('a', { preconditions: { uid: metadata.uid } })).resolves.toMatchObject({ code: 200 });
  });

  it('changes nothing in a dry run', async () => {
    await pod('a');
    await remove('a', { dryRun: ['All'], gracePeriodSeconds: 0 });
    expect((await get('a')).metadata.deletionTimestamp).toBeUndefined();
  });
});

describe('deleting many', () => {
  it('takes what the selector matches, each with its grace', async () => {
    await pod('a', { nodeName: 'n' }, { app: 'web' });
    await pod('b', {}, { app: 'web' });
    await pod('c', {}, { app: 'db' });
    const answer = await test.send({
      verb: 'deletecollection',
      resource: pods,
      options: { labelSelector: 'app=web' },
    });
    if (answer.kind !== 'list') throw new Error(answer.kind);
    expect(answer.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect((await get('a')).metadata.deletionTimestamp).toBeDefined();
    await expect(get('b')).rejects.toMatchObject({ status: { code: 404 } });
    expect((await get('c')).metadata.deletionTimestamp).toBeUndefined();
  });
});
