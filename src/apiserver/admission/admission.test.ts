import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMaps } from '#api/core/v1/config-map.ts';
import { limitRanges } from '#api/core/v1/limit-range.ts';
import { namespaces } from '#api/core/v1/namespace.ts';
import { nodes } from '#api/core/v1/node.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import { resourceQuotas } from '#api/core/v1/resource-quota.ts';
import { serviceAccounts } from '#api/core/v1/service-account.ts';
import { priorityClasses } from '#api/scheduling/v1/priority-class.ts';
import { storageClasses } from '#api/storage/v1/storage-class.ts';
import type { Node, PersistentVolumeClaim, Pod } from '#gen/core/v1.ts';
import { type TestServer, testServer } from '../testing.ts';
import { defaultAdmission } from './index.ts';

let test: TestServer;
beforeEach(async () => {
  test = await testServer({ admission: defaultAdmission });
  await test.send({ verb: 'create', resource: namespaces, body: { metadata: { name: 'default' } } });
});
afterEach(() => test[Symbol.asyncDispose]());

const account = (body = {}) =>
  test.send({ verb: 'create', resource: serviceAccounts, body: { metadata: { name: 'default' }, ...body } });
const pod = (spec: object = {}, metadata: object = { name: 'web' }) =>
  test.object<Pod>({
    verb: 'create',
    resource: pods,
    body: { metadata, spec: { containers: [{ name: 'app', image: 'app' }], ...spec } },
  });

describe('namespaces', () => {
  it('refuse objects where they do not exist', async () => {
    const request = {
      verb: 'create',
      resource: configMaps,
      namespace: 'nope',
      body: { metadata: { name: 'a' } },
    } as const;
    await expect(test.send(request)).rejects.toMatchObject({
      status: { code: 404, message: 'namespaces "nope" not found' },
    });
  });

  it.each(['default', 'kube-system', 'kube-public'])('never let go of %s', async (name) => {
    if (name !== 'default') await test.send({ verb: 'create', resource: namespaces, body: { metadata: { name } } });
    await expect(test.send({ verb: 'delete', resource: namespaces, name })).rejects.toMatchObject({
      status: { code: 403, message: `namespaces "${name}" is forbidden: this namespace may not be deleted` },
    });
  });

  it('take nothing in once they are terminating, and go with their last finalizer', async () => {
    const body = { metadata: { name: 'old' }, spec: { finalizers: ['kubernetes'] } };
    await test.send({ verb: 'create', resource: namespaces, body });
    const marked = await test.object({ verb: 'delete', resource: namespaces, name: 'old' });
    expect(marked).toMatchObject({ status: { phase: 'Terminating' } });
    const request = {
      verb: 'create',
      resource: configMaps,
      namespace: 'old',
      body: { metadata: { name: 'a' } },
    } as const;
    await expect(test.send(request)).rejects.toMatchObject({
      status: {
        code: 403,
        message:
          'configmaps "a" is forbidden: unable to create new content in namespace old because it is being terminated',
        details: { causes: [{ reason: 'NamespaceTerminating' }] },
      },
    });
    const emptied = { ...marked, spec: { finalizers: [] } };
    await test.send({ verb: 'update', resource: namespaces, name: 'old', subresource: 'finalize', body: emptied });
    await expect(test.send({ verb: 'get', resource: namespaces, name: 'old' })).rejects.toMatchObject({ code: 404 });
  });
});

describe('a new pod', () => {
  it('is refused without its service account', async () => {
    await expect(pod({ serviceAccountName: 'robot' })).rejects.toMatchObject({
      status: {
        code: 403,
        message:
          'pods "web" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
      },
    });
  });

  it('waits a moment for the default account of a young namespace', async () => {
    const created = pod();
    await account();
    expect((await created).spec?.serviceAccountName).toBe('default');
  });

  it('mounts a token, the CA and the namespace, and takes over pull secrets', async () => {
    await account({ imagePullSecrets: [{ name: 'registry' }] });
    const { spec } = await pod();
    expect(spec?.imagePullSecrets).toEqual([{ name: 'registry' }]);
    const [volume] = spec?.volumes ?? [];
    expect(volume?.name).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(volume?.projected?.sources?.[0]).toEqual({
      serviceAccountToken: { expirationSeconds: 3607, path: 'token' },
    });
    expect(spec?.containers[0]?.volumeMounts).toEqual([
      { name: volume?.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    ]);
  });

  it('mounts nothing where the account does not want it', async () => {
    await account({ automountServiceAccountToken: false });
    expect((await pod()).spec?.volumes).toBeUndefined();
  });

  it('tolerates a lost node for five minutes', async () => {
    await account();
    expect((await pod()).spec?.tolerations).toEqual([
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ]);
  });

  it('gets its priority from its class', async () => {
    await account();
    const body = { metadata: { name: 'high' }, value: 1000, preemptionPolicy: 'Never' };
    await test.send({ verb: 'create', resource: priorityClasses, body });
    expect((await pod({ priorityClassName: 'high' })).spec).toMatchObject({
      priority: 1000,
      preemptionPolicy: 'Never',
    });
    await expect(pod({ priorityClassName: 'none' }, { name: 'b' })).rejects.toMatchObject({
      status: { message: 'pods "b" is forbidden: no PriorityClass with name none was found' },
    });
  });

  it('gets the defaults of limit ranges and is held to their bounds', async () => {
    await account();
    const limits = [
      { type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } },
    ];
    await test.send({ verb: 'create', resource: limitRanges, body: { metadata: { name: 'l' }, spec: { limits } } });
    const small = await pod();
    expect(small.spec?.containers[0]?.resources).toEqual({ limits: { cpu: '500m' }, requests: { cpu: '100m' } });
    expect(small.metadata.annotations?.['kubernetes.io/limit-ranger']).toBe(
      'LimitRanger plugin set: cpu request for container app; cpu limit for container app',
    );
    const containers = [{ name: 'app', image: 'app', resources: { limits: { cpu: '2' }, requests: { cpu: '1' } } }];
    await expect(pod({ containers }, { name: 'big' })).rejects.toMatchObject({
      status: {
        message: 'pods "big" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
      },
    });
  });
});

describe('a quota', () => {
  const quota = (hard: Record<string, string>) =>
    test.send({ verb: 'create', resource: resourceQuotas, body: { metadata: { name: 'q' }, spec: { hard } } });
  const resources = (cpu: string) => ({ containers: [{ name: 'app', image: 'a', resources: { requests: { cpu } } }] });

  it('refuses what goes beyond it, with what is asked, used and allowed', async () => {
    await account();
    await quota({ pods: '2', 'requests.cpu': '1' });
    await pod(resources('600m'), { name: 'a' });
    await expect(pod(resources('500m'), { name: 'b' })).rejects.toMatchObject({
      status: {
        code: 403,
        message:
          'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
      },
    });
    await pod(resources('100m'), { name: 'b' });
    await expect(pod(resources('100m'), { name: 'c' })).rejects.toMatchObject({
      status: { message: 'pods "c" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2' },
    });
  });

  it('wants each container to say what it takes', async () => {
    await account();
    await quota({ cpu: '1' });
    await expect(pod({}, { name: 'a' })).rejects.toMatchObject({
      status: { message: 'pods "a" is forbidden: failed quota: q: must specify cpu for: app' },
    });
  });
});

describe('a quota under requests at the same time', () => {
  const outcomes = async (attempts: readonly Promise<unknown>[]) => {
    const settled = await Promise.allSettled(attempts);
    return settled.filter(({ status }) => status === 'fulfilled').length;
  };
  beforeEach(async () => {
    await account();
    const body = { metadata: { name: 'q' }, spec: { hard: { pods: '3' } } };
    await test.send({ verb: 'create', resource: resourceQuotas, body });
  });

  it('lets in no more than it has places', async () => {
    const attempts = Array.from({ length: 12 }, (_, at) => pod({}, { name: `web-${at}` }));
    expect(await outcomes(attempts)).toBe(3);
  });

  it('keeps no place for what came to nothing', async () => {
    expect(await outcomes(Array.from({ length: 6 }, () => pod({}, { name: 'same' })))).toBe(1);
    await expect(pod({ containers: [] }, { name: 'invalid' })).rejects.toMatchObject({ status: { code: 422 } });
    expect(await outcomes(['b', 'c', 'd'].map((name) => pod({}, { name })))).toBe(2);
  });

  it('counts a dry run against what is there, and keeps no place for it', async () => {
    const dry = (name: string) =>
      test.send({
        verb: 'create',
        resource: pods,
        options: { dryRun: true },
        body: { metadata: { name }, spec: { containers: [{ name: 'app', image: 'app' }] } },
      });
    expect(await outcomes(['a', 'b', 'c', 'd', 'e'].map(dry))).toBe(5);
    expect(await outcomes(['a', 'b', 'c'].map((name) => pod({}, { name })))).toBe(3);
    await expect(dry('d')).rejects.toMatchObject({ status: { code: 403 } });
  });

  it('gives the place of a deleted pod to the next', async () => {
    for (const name of ['a', 'b', 'c']) await pod({}, { name });
    await test.send({
      verb: 'delete',
      resource: pods,
      name: 'a',
      body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 },
    });
    expect(await outcomes([pod({}, { name: 'd' }), pod({}, { name: 'e' })])).toBe(1);
  });
});

describe('defaults for other kinds', () => {
  it('taints a new node', async () => {
    const node = await test.object<Node>({ verb: 'create', resource: nodes, body: { metadata: { name: 'n' } } });
    expect(node.spec?.taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
  });

  it('protects a claim and gives it the default class', async () => {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    const body = { metadata: { name: 'local', annotations }, provisioner: 'x' };
    await test.send({ verb: 'create', resource: storageClasses, body });
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const claim = await test.object<PersistentVolumeClaim>({
      verb: 'create',
      resource: persistentVolumeClaims,
      body: { metadata: { name: 'data' }, spec },
    });
    expect(claim.spec?.storageClassName).toBe('local');
    expect(claim.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
  });
});

describe('a kubelet', () => {
  const user = { name: 'system:node:one', groups: ['system:nodes', 'system:authenticated'] };

  it('may make its own node and no other', async () => {
    await test.send({ verb: 'create', resource: nodes, user, body: { metadata: { name: 'one' } } });
    await expect(
      test.send({ verb: 'create', resource: nodes, user, body: { metadata: { name: 'two' } } }),
    ).rejects.toMatchObject({
      status: {
        code: 403,
        message: 'nodes "two" is forbidden: node "one" is not allowed to modify node "two"',
      },
    });
  });

  it('writes the status of its own pods only', async () => {
    await account();
    const mine = await pod({ nodeName: 'one' }, { name: 'mine' });
    const other = await pod({ nodeName: 'two' }, { name: 'other' });
    const write = (body: Pod) =>
      test.send({ verb: 'update', resource: pods, subresource: 'status', name: body.metadata.name, user, body });
    await expect(write({ ...mine, status: { phase: 'Running' } })).resolves.toMatchObject({ code: 200 });
    await expect(write({ ...other, status: { phase: 'Running' } })).rejects.toMatchObject({
      status: {
        code: 403,
        message:
          'pods "other" is forbidden: node "one" can only update pod status for pods with spec.nodeName set to itself',
      },
    });
  });
});
