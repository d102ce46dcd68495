import { describe, expect, it } from 'vitest';
import { deployments } from '#api/apps/v1/deployment.ts';
import { replicaSets } from '#api/apps/v1/replica-set.ts';
import { jobs } from '#api/batch/v1/job.ts';
import { configMaps } from '#api/core/v1/config-map.ts';
import { endpoints } from '#api/core/v1/endpoints.ts';
import { namespaces } from '#api/core/v1/namespace.ts';
import { nodes } from '#api/core/v1/node.ts';
import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import { services } from '#api/core/v1/service.ts';
import { serviceAccounts } from '#api/core/v1/service-account.ts';
import { endpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { resources } from '#api/index.ts';
import { storageClasses } from '#api/storage/v1/storage-class.ts';
import { isNotFound } from '#apimachinery/status.ts';
import { authorizerChain } from '#apiserver/authorization/chain.ts';
import { reconcileRbac } from '#apiserver/bootstrap/rbac.ts';
import { strategies } from '#apiserver/registry/index.ts';
import { createApiServer } from '#apiserver/server.ts';
import type { FakeClock } from '#base/clock.ts';
import { fakeClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import { eventually as until } from '#base/wait.ts';
import type { Client } from '#client/client.ts';
import type { Pod } from '#gen/core/v1.ts';
import { memoryDriver } from '#storage/drivers/memory.ts';
import { controllers } from './index.ts';
import { runControllers } from './testing.ts';
import { localPathStorageClass } from './volume-binder/local-path.ts';

/** Probes while time passes, so that back-offs end. */
const eventually: typeof until = (probe) =>
  until(async () => {
    await moving?.advance(100);
    return await probe();
  });
let moving: FakeClock | undefined;

async function world() {
  const clock = fakeClock();
  const driver = memoryDriver();
  moving = clock;
  // Under upstream's bootstrap roles: a verb that a controller may not use fails its test.
  const server = await createApiServer({
    driver,
    clock,
    log: silentLogger,
    resources,
    strategies,
    authorizer: authorizerChain,
    admission: [],
    serviceCIDR: '10.96.0.0/16',
    nodePortRange: [30_000, 32_767],
  });
  await reconcileRbac(server.handler);
  const running = runControllers(server.handler, controllers, clock);
  for (const name of ['default', 'kube-node-lease']) {
    await running.client.create(namespaces, { metadata: { name }, spec: {} }).catch(() => undefined);
  }
  return {
    ...running,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await driver[Symbol.asyncDispose]();
    },
  };
}

const inDefault = (name: string) => ({ namespace: 'default', name });
const template = (labels: Record<string, string>, restartPolicy: 'Always' | 'Never' = 'Always') => ({
  metadata: { labels },
  spec: { restartPolicy, containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort: 8080 }] }] },
});
const deployment = {
  metadata: { name: 'web', namespace: 'default' },
  spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
};
const setStatus = async (client: Client, name: string, status: Pod['status']) => {
  const pod = await client.get(pods, inDefault(name));
  await client.updateStatus(pods, { ...pod, status });
};
const allPods = async (client: Client) => (await client.list(pods, { namespace: 'default' })).items;
const isGone = async (reading: Promise<unknown>) => reading.then(() => false, isNotFound);

describe('all controllers together on a real server', () => {
  it('gives each namespace its service account and the cluster CA, and empties it on deletion', async () => {
    await using cluster = await world();
    const { client } = cluster;
    await client.create(namespaces, { metadata: { name: 'team' }, spec: { finalizers: ['kubernetes'] } });
    await eventually(() => client.get(serviceAccounts, { namespace: 'team', name: 'default' }));
    const ca = await eventually(() => client.get(configMaps, { namespace: 'team', name: 'kube-root-ca.crt' }));
    expect(ca.data).toEqual({ 'ca.crt': 'PEM' });
    await client.create(deployments, { ...deployment, metadata: { name: 'web', namespace: 'team' } });
    await client.delete(namespaces, { namespace: '', name: 'team' });
    await eventually(async () => {
      await cluster.clock.advance(20_000);
      return isGone(client.get(namespaces, { namespace: '', name: 'team' }));
    });
    expect((await client.list(pods, { namespace: 'team' })).items).toEqual([]);
  });

  it('keeps endpoints and slices of a service in step with its pods', async () => {
    await using cluster = await world();
    const { client } = cluster;
    await client.create(deployments, deployment);
    await client.create(services, {
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
    });
    const [first, second] = await eventually(async () => {
      const items = await allPods(client);
      return items.length === 2 && items;
    });
    const ready = (ip: string, status: string): Pod['status'] => ({
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ type: 'Ready', status, lastTransitionTime: '2026-01-01T00:00:00Z' }],
    });
    await setStatus(client, first?.metadata.name ?? '', ready('10.0.0.1', 'True'));
    await setStatus(client, second?.metadata.name ?? '', ready('10.0.0.2', 'False'));
    const slice = await eventually(async () => {
      const { items } = await client.list(endpointSlices, { namespace: 'default' });
      return items.length === 1 && items[0]?.endpoints?.length === 2 && items[0];
    });
    expect(slice.metadata.labels).toMatchObject({
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    });
    expect(slice.ports).toEqual([{ name: '', port: 8080, protocol: 'TCP' }]);
    const states = slice.endpoints?.map(({ addresses, conditions }) => [addresses[0], conditions?.ready]).sort();
    expect(states).toEqual([
      ['10.0.0.1', true],
      ['10.0.0.2', false],
    ]);
    const old = await eventually(async () => {
      const found = await client.get(endpoints, inDefault('web'));
      return found.subsets?.[0]?.addresses && found.subsets[0]?.notReadyAddresses && found;
    });
    expect(old.subsets?.[0]?.addresses?.map(({ ip }) => ip)).toEqual(['10.0.0.1']);
  });

  it.each(['Background', 'Foreground'] as const)(
    'deletes the dependents of a deleted deployment (%s)',
    async (propagationPolicy) => {
      await using cluster = await world();
      const { client } = cluster;
      await client.create(deployments, deployment);
      await eventually(async () => (await allPods(client)).length === 2);
      await client.delete(deployments, inDefault('web'), { propagationPolicy });
      await eventually(
        async () =>
          (await allPods(client)).length === 0 &&
          (await client.list(replicaSets, { namespace: 'default' })).items.length === 0,
      );
      await eventually(() => isGone(client.get(deployments, inDefault('web'))));
    },
  );

  it('leaves the replica set alone when its deployment is deleted as an orphan maker', async () => {
    await using cluster = await world();
    const { client } = cluster;
    await client.create(deployments, deployment);
    await eventually(async () => (await allPods(client)).length === 2);
    await client.delete(deployments, inDefault('web'), { propagationPolicy: 'Orphan' });
    await eventually(() => isGone(client.get(deployments, inDefault('web'))));
    const [set] = (await client.list(replicaSets, { namespace: 'default' })).items;
    expect(set?.metadata.ownerReferences ?? []).toEqual([]);
    expect(await allPods(client)).toHaveLength(2);
  });

  it('runs a job to completion, counting each pod once', async () => {
    await using cluster = await world();
    const { client } = cluster;
    await client.create(jobs, {
      metadata: { name: 'sum', namespace: 'default' },
      spec: {
        completions: 3,
        parallelism: 2,
        manualSelector: true,
        selector: { matchLabels: { job: 'it' } },
        template: template({ job: 'it' }, 'Never'),
      },
    });
    const done = await eventually(async () => {
      for (const pod of await allPods(client)) {
        if ((pod.status?.phase ?? 'Pending') === 'Pending')
          await setStatus(client, pod.metadata.name, { phase: 'Succeeded' }).catch(() => undefined);
      }
      const job = await client.get(jobs, inDefault('sum'));
      return job.status?.conditions?.some(({ type }) => type === 'Complete') && job;
    });
    expect(done.status).toMatchObject({
      succeeded: 3,
      completionTime: expect.any(String),
      uncountedTerminatedPods: {},
    });
    expect(done.status.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
      ['SuccessCriteriaMet', 'CompletionsReached'],
      ['Complete', 'CompletionsReached'],
    ]);
    expect(await allPods(client)).toHaveLength(3);
  });

  it('fails a job whose pods fail more often than its limit', async () => {
    await using cluster = await world();
    const { client } = cluster;
    await client.create(jobs, {
      metadata: { name: 'bad', namespace: 'default' },
      spec: {
        backoffLimit: 0,
        manualSelector: true,
        selector: { matchLabels: { job: 'it' } },
        template: template({ job: 'it' }, 'Never'),
      },
    });
    const done = await eventually(async () => {
      for (const pod of await allPods(client))
        if ((pod.status?.phase ?? 'Pending') === 'Pending')
          await setStatus(client, pod.metadata.name, { phase: 'Failed' }).catch(() => undefined);
      const job = await client.get(jobs, inDefault('bad'));
      return job.status?.conditions?.some(({ type }) => type === 'Failed') && job;
    });
    expect(done.status).toMatchObject({ failed: 1 });
    expect(done.status.conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    });
  });

  it('gives nodes their pod ranges, and taints one that falls silent', async () => {
    await using cluster = await world();
    const { client, clock } = cluster;
    for (const name of ['a', 'b']) await client.create(nodes, { metadata: { name }, spec: {} });
    const ranges = await eventually(async () => {
      const { items } = await client.list(nodes);
      return items.every(({ spec }) => spec.podCIDR) && items.map(({ spec }) => spec.podCIDR);
    });
    expect([...ranges].sort()).toEqual(['10.244.0.0/24', '10.244.1.0/24']);
    const silent = await eventually(async () => {
      await clock.advance(6_000);
      const node = await client.get(nodes, { namespace: '', name: 'a' });
      return node.spec.taints?.some(({ effect }) => effect === 'NoExecute') && node;
    });
    expect(silent.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
    });
    expect(silent.spec.taints?.map(({ key, effect }) => `${key}:${effect}`).sort()).toEqual([
      'node.kubernetes.io/unreachable:NoExecute',
      'node.kubernetes.io/unreachable:NoSchedule',
    ]);
  });

  it('provisions a local volume once a node is chosen, and reclaims it with the claim', async () => {
    await using cluster = await world();
    const { client } = cluster;
    await client.create(nodes, { metadata: { name: 'a' }, spec: {} });
    await client.create(storageClasses, localPathStorageClass({ path: '/data', isCleanedByNode: false }));
    const spec = {
      accessModes: ['ReadWriteOnce' as const],
      storageClassName: 'local-path',
      resources: { requests: { storage: '1Gi' } },
    };
    await client.create(persistentVolumeClaims, { metadata: { name: 'db', namespace: 'default' }, spec });
    await eventually(async () =>
      (await client.get(persistentVolumeClaims, inDefault('db'))).metadata.finalizers?.includes(
        'kubernetes.io/pvc-protection',
      ),
    );
    expect((await client.list(persistentVolumes)).items).toEqual([]);
    const patch = [{ op: 'add', path: '/metadata/annotations', value: { 'volume.kubernetes.io/selected-node': 'a' } }];
    await client.patch(persistentVolumeClaims, inDefault('db'), { patchType: 'application/json-patch+json', patch });
    const bound = await eventually(async () => {
      const claim = await client.get(persistentVolumeClaims, inDefault('db'));
      return claim.status?.phase === 'Bound' && claim;
    });
    const volume = await client.get(persistentVolumes, { namespace: '', name: bound.spec.volumeName ?? '' });
    expect(volume.spec.hostPath).toEqual({
      path: `/data/pvc-${bound.metadata.uid}_default_db`,
      type: 'DirectoryOrCreate',
    });
    await client.delete(persistentVolumeClaims, inDefault('db'));
    await eventually(async () => (await client.list(persistentVolumes)).items.length === 0);
  });
});
