import { afterEach, describe, expect, it } from 'vitest';
import { deployments } from '#api/apps/v1/deployment.ts';
import { namespaces } from '#api/core/v1/namespace.ts';
import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { services } from '#api/core/v1/service.ts';
import { endpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { isForbidden } from '#apimachinery/status.ts';
import { eventually } from '#base/wait.ts';
import { type Cluster, startCluster } from '#cluster/start-cluster.ts';

let cluster: Cluster;
afterEach(() => cluster[Symbol.asyncDispose]());

const web = (replicas: number) => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'example.com/web:1' }] },
    },
  },
});

describe('a cluster inside of a test', () => {
  it('runs a deployment from the first write to a ready endpoint', async () => {
    cluster = await startCluster();
    await cluster.client.create(deployments, web(3));
    await cluster.client.create(services, {
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    });
    await eventually(async () => {
      const { status } = await cluster.client.get(deployments, { namespace: 'default', name: 'web' });
      return status.readyReplicas === 3;
    });
    const slices = await eventually(async () => {
      const { items } = await cluster.client.list(endpointSlices, {
        namespace: 'default',
        labelSelector: 'kubernetes.io/service-name=web',
      });
      return items[0]?.endpoints?.filter(({ conditions }) => conditions?.ready).length === 3 && items;
    });
    const { items } = await cluster.client.list(pods, { namespace: 'default' });
    const addresses = new Set(items.map(({ status }) => status.podIP));
    expect(new Set(slices[0]?.endpoints?.flatMap((endpoint) => endpoint.addresses))).toEqual(addresses);
    expect(addresses.size).toBe(3);
  });

  it('replaces a pod that is deleted, and removes what its owner owned', async () => {
    cluster = await startCluster();
    await cluster.client.create(deployments, web(1));
    const [first] = await eventually(async () => {
      const { items } = await cluster.client.list(pods, { namespace: 'default' });
      return items[0]?.status.phase === 'Running' && items;
    });
    await cluster.client.delete(pods, { namespace: 'default', name: first?.metadata.name ?? '' });
    await eventually(async () => {
      const { items } = await cluster.client.list(pods, { namespace: 'default' });
      return items.some(({ metadata, status }) => metadata.uid !== first?.metadata.uid && status.phase === 'Running');
    });
    await cluster.client.delete(deployments, { namespace: 'default', name: 'web' });
    await eventually(async () => (await cluster.client.list(pods, { namespace: 'default' })).items.length === 0);
  });

  it('has as many nodes as asked for, each with pods of its own', async () => {
    cluster = await startCluster({ nodes: 3 });
    await cluster.client.create(deployments, web(6));
    await eventually(async () => {
      const { items } = await cluster.client.list(pods, { namespace: 'default' });
      return items.length === 6 && new Set(items.map(({ spec }) => spec.nodeName)).size === 3;
    });
    expect((await cluster.client.list(nodes)).items).toHaveLength(3);
  });

  it('says why a pod is where it is, or nowhere', async () => {
    cluster = await startCluster();
    const { containers } = { containers: [{ name: 'c', image: 'c', resources: { requests: { cpu: '1000' } } }] };
    await cluster.client.create(pods, { metadata: { name: 'huge', namespace: 'default' }, spec: { containers } });
    const attempts = await eventually(
      () => cluster.attempts.of('default/huge').length > 0 && cluster.attempts.of('default/huge'),
    );
    expect(attempts[0]).toMatchObject({
      result: 'unschedulable',
      refused: [{ plugin: 'NodeResourcesFit', reasons: ['Insufficient cpu'] }],
    });
  });

  it('obeys RBAC', async () => {
    cluster = await startCluster();
    const jane = cluster.clientAs({ name: 'jane', groups: ['system:authenticated'] });
    await expect(jane.list(pods, { namespace: 'default' })).rejects.toSatisfy(isForbidden);
  });

  it('empties and removes a namespace', async () => {
    cluster = await startCluster();
    await cluster.client.create(namespaces, { metadata: { name: 'shop' }, spec: {} });
    const inShop = { ...web(2), metadata: { name: 'web', namespace: 'shop' } };
    await cluster.client.create(deployments, inShop);
    await eventually(async () => (await cluster.client.list(pods, { namespace: 'shop' })).items.length === 2);
    await cluster.client.delete(namespaces, { namespace: '', name: 'shop' });
    await eventually(async () =>
      (await cluster.client.list(namespaces)).items.every(({ metadata }) => metadata.name !== 'shop'),
    );
    expect((await cluster.client.list(pods)).items).toEqual([]);
  });

  it('opens its API to other programs on demand', async () => {
    cluster = await startCluster();
    const { clusters } = JSON.parse(await cluster.kubeconfig()) as { clusters: { cluster: { server: string } }[] };
    expect(clusters[0]?.cluster.server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await cluster.kubeconfig()).toBe(await cluster.kubeconfig());
  });

  it('stops without a trace: twenty clusters in a row leave no handle behind', async () => {
    cluster = await startCluster({ nodes: 0 });
    const handles = () =>
      process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout' && kind !== 'Immediate').length;
    const before = handles();
    for (let n = 0; n < 20; n++) await (await startCluster())[Symbol.asyncDispose]();
    expect(handles()).toBeLessThanOrEqual(before);
  });
});
