import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployments } from '#api/apps/v1/deployment.ts';
import type { PatchType } from '#apimachinery/request.ts';
import type { Deployment } from '#gen/apps/v1.ts';
import { type TestServer, testServer } from '../../testing.ts';

let test: TestServer;
beforeEach(async () => {
  test = await testServer();
  const containers = ['app', 'sidecar'].map((name) => ({ name, image: `${name}:1` }));
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers } };
  const spec = { replicas: 1, selector: { matchLabels: { app: 'web' } }, template };
  await test.send({ verb: 'create', resource: deployments, body: { metadata: { name: 'web' }, spec } });
});
afterEach(() => test[Symbol.asyncDispose]());

const patch = (patchType: PatchType, value: unknown) =>
  test.object<Deployment>({ verb: 'patch', resource: deployments, name: 'web', body: { patchType, patch: value } });

describe('a patch', () => {
  it('merges lists by key when it is strategic', async () => {
    const containers = [{ name: 'app', image: 'app:2' }];
    const value = { spec: { template: { spec: { containers } } } };
    const patched = await patch('application/strategic-merge-patch+json', value);
    const images = patched.spec?.template.spec?.containers.map(({ image }) => image);
    expect(images).toEqual(['app:2', 'sidecar:1']);
    expect(patched.metadata.generation).toBe(2);
  });

  it('replaces lists when it is a merge patch', async () => {
    const containers = [{ name: 'app', image: 'app:2' }];
    const patched = await patch('application/merge-patch+json', { spec: { template: { spec: { containers } } } });
    expect(patched.spec?.template.spec?.containers).toHaveLength(1);
  });

  it('follows the operations of a JSON patch', async () => {
    const operations = [
      { op: 'test', path: '/spec/replicas', value: 1 },
      { op: 'replace', path: '/spec/replicas', value: 4 },
    ];
    expect((await patch('application/json-patch+json', operations)).spec?.replicas).toBe(4);
    await expect(patch('application/json-patch+json', operations)).rejects.toMatchObject({
      status: { code: 422, reason: 'Invalid' },
    });
  });

  it('applies itself again where another write came between', async () => {
    const labels = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(
      labels.map((label) => patch('application/merge-patch+json', { metadata: { labels: { [label]: 'x' } } })),
    );
    const { metadata } = await test.object({ verb: 'get', resource: deployments, name: 'web' });
    expect(Object.keys(metadata.labels ?? {}).sort()).toEqual(labels);
  });

  it('conflicts where it names an older revision', async () => {
    await patch('application/merge-patch+json', { spec: { replicas: 2 } });
    const value = { metadata: { resourceVersion: '1' }, spec: { replicas: 3 } };
    await expect(patch('application/merge-patch+json', value)).rejects.toMatchObject({
      status: { code: 409, reason: 'Conflict' },
    });
  });
});
