import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pods } from '#api/core/v1/pod.ts';
import type { Pod } from '#gen/core/v1.ts';
import { type TestServer, testServer } from '../testing.ts';

let test: TestServer;
let made: Pod;
const limits = (cpu: string) => ({ requests: { cpu }, limits: { cpu } });
beforeEach(async () => {
  test = await testServer();
  const containers = [{ name: 'app', image: 'a', resources: limits('1') }];
  made = await test.object<Pod>({
    verb: 'create',
    resource: pods,
    body: { metadata: { name: 'a' }, spec: { containers } },
  });
});
afterEach(() => test[Symbol.asyncDispose]());

const at = (subresource: string, patch: object) =>
  test.object<Pod>({
    verb: 'patch',
    resource: pods,
    name: 'a',
    subresource,
    body: { patchType: 'application/strategic-merge-patch+json', patch },
  });
const debug = (name: string, image = 'busybox') => ({ spec: { ephemeralContainers: [{ name, image }] } });

describe('ephemeral containers', () => {
  it('are added, with defaults, and nothing else changes', async () => {
    const after = await at('ephemeralcontainers', { ...debug('d'), metadata: { labels: { a: 'b' } } });
    expect(after.spec?.ephemeralContainers).toMatchObject([
      { name: 'd', image: 'busybox', terminationMessagePath: '/dev/termination-log' },
    ]);
    expect(after.metadata.labels).toBeUndefined();
    const more = await at('ephemeralcontainers', debug('e'));
    expect(more.spec?.ephemeralContainers?.map(({ name }) => name).sort()).toEqual(['d', 'e']);
  });

  it.each<[string, (after: Pod) => object, RegExp]>([
    ['changed', () => debug('d', 'other'), /existing ephemeral containers "d" may not be changed/],
    [
      'removed',
      () => ({ spec: { ephemeralContainers: [{ name: 'd', $patch: 'delete' }] } }),
      /existing ephemeral containers "d" may not be removed/,
    ],
  ])('are never %s', async (_, patch, message) => {
    const after = await at('ephemeralcontainers', debug('d'));
    await expect(at('ephemeralcontainers', patch(after))).rejects.toMatchObject({
      status: { code: 422, message: expect.stringMatching(message) as string },
    });
  });
});

describe('resizing', () => {
  it('changes resources alone', async () => {
    const after = await at('resize', {
      spec: { containers: [{ name: 'app', image: 'other', resources: limits('2') }] },
    });
    expect(after.spec?.containers[0]).toMatchObject({ image: 'a', resources: limits('2') });
    expect(after.metadata.generation).toBe((made.metadata.generation ?? 0) + 1);
  });
});
