import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import { ingresses } from '#api/networking/v1/ingress.ts';
import { ingressClasses } from '#api/networking/v1/ingress-class.ts';
import { runtimeClasses } from '#api/node/v1/runtime-class.ts';
import { storageClasses } from '#api/storage/v1/storage-class.ts';
import type { PersistentVolumeClaim, Pod } from '#gen/core/v1.ts';
import { type TestRequest, type TestServer, testServer } from '../testing.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import { runtimeClass } from './runtime-class.ts';

let test: TestServer;
beforeEach(async () => {
  test = await testServer({ admission: [runtimeClass, persistentVolumeClaimResize, defaultIngressClass] });
});
afterEach(() => test[Symbol.asyncDispose]());
const create = (resource: TestRequest['resource'], body: object) => test.object({ verb: 'create', resource, body });
const pod = (spec: object) =>
  create(pods, { metadata: { name: 'a' }, spec: { containers: [{ name: 'a', image: 'a' }], ...spec } }) as Promise<Pod>;

describe('a runtime class', () => {
  const overhead = { podFixed: { cpu: '100m' } };
  const scheduling = { nodeSelector: { vm: 'yes' }, tolerations: [{ key: 'vm', operator: 'Exists' }] };
  beforeEach(() => create(runtimeClasses, { metadata: { name: 'vm' }, handler: 'vm', overhead, scheduling }));

  it('adds its overhead and says where pods go', async () => {
    const { spec } = await pod({ runtimeClassName: 'vm', nodeSelector: { disk: 'ssd' } });
    expect(spec).toMatchObject({ overhead: { cpu: '100m' }, nodeSelector: { vm: 'yes', disk: 'ssd' } });
    expect(spec?.tolerations).toContainEqual({ key: 'vm', operator: 'Exists' });
  });

  it.each([
    [{ runtimeClassName: 'none' }, 'RuntimeClass "none" not found'],
    [{ overhead: { cpu: '1' } }, 'Pod Overhead set without corresponding RuntimeClass defined Overhead'],
    [
      { runtimeClassName: 'vm', overhead: { cpu: '2' } },
      "Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [
      { runtimeClassName: 'vm', nodeSelector: { vm: 'no' } },
      'conflict: runtimeClass.scheduling.nodeSelector[vm] = yes',
    ],
  ])('refuses %j', async (spec, message) => {
    await expect(pod(spec)).rejects.toMatchObject({
      status: { code: 403, message: expect.stringContaining(`pod rejected: ${message}`) as string },
    });
  });
});

describe('a claim', () => {
  it.each([
    [true, 'Bound', undefined],
    [false, 'Bound', 'only dynamically provisioned pvc can be resized'],
    [true, 'Pending', 'spec is immutable after creation except resources.requests'],
  ])('of a class that grows: %s, %s', async (allowVolumeExpansion, phase, refusal) => {
    await create(storageClasses, { metadata: { name: 'c' }, provisioner: 'x', allowVolumeExpansion });
    const size = (storage: string) => ({ resources: { requests: { storage } } });
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'c', volumeName: 'v', ...size('1Gi') };
    const claim = await create(persistentVolumeClaims, { metadata: { name: 'd' }, spec });
    const at = { verb: 'update', resource: persistentVolumeClaims, name: 'd' } as const;
    const bound = await test.object<PersistentVolumeClaim>({
      ...at,
      subresource: 'status',
      body: { ...claim, status: { phase } },
    });
    const attempt = test.object({ ...at, body: { ...bound, spec: { ...bound.spec, ...size('2Gi') } } });
    if (!refusal) await expect(attempt).resolves.toMatchObject({ spec: size('2Gi') });
    else
      await expect(attempt).rejects.toMatchObject({
        status: { code: phase === 'Bound' ? 403 : 422, message: expect.stringContaining(refusal) as string },
      });
  });
});

describe('an ingress', () => {
  const spec = { defaultBackend: { service: { name: 's', port: { number: 80 } } } };
  it.each([
    [{}, {}, 'main'],
    [{}, { ingressClassName: 'other' }, 'other'],
    [{ 'kubernetes.io/ingress.class': 'old' }, {}, undefined],
  ])('with %j and %j has the class %s', async (annotations, more, wanted) => {
    const isDefault = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
    await create(ingressClasses, { metadata: { name: 'main', annotations: isDefault }, spec: { controller: 'a.b/c' } });
    const made = await create(ingresses, { metadata: { name: 'i', annotations }, spec: { ...spec, ...more } });
    expect((made as { spec?: { ingressClassName?: string } }).spec?.ingressClassName).toBe(wanted);
  });
});
