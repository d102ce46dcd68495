import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { type Cluster, startCluster } from '#cluster/start-cluster.ts';

let cluster: Cluster;
let config: KubeConfig;
beforeEach(async () => {
  cluster = await startCluster({ nodes: 0 });
  config = new KubeConfig();
  config.loadFromString(await cluster.kubeconfig());
});
afterEach(() => cluster[Symbol.asyncDispose]());

const body = (name: string, value: string): V1ConfigMap => ({ metadata: { name }, data: { value } });

describe('@kubernetes/client-node', () => {
  it('creates, reads, replaces, lists and deletes', async () => {
    const api = config.makeApiClient(CoreV1Api);
    const made = await api.createNamespacedConfigMap({ namespace: 'default', body: body('a', '1') });
    expect(made.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
    await api.replaceNamespacedConfigMap({ namespace: 'default', name: 'a', body: { ...made, data: { value: '2' } } });
    const { items } = await api.listNamespacedConfigMap({ namespace: 'default', fieldSelector: 'metadata.name=a' });
    expect(items.map(({ data }) => data)).toEqual([{ value: '2' }]);
    await api.deleteNamespacedConfigMap({ namespace: 'default', name: 'a' });
    await expect(api.readNamespacedConfigMap({ namespace: 'default', name: 'a' })).rejects.toMatchObject({ code: 404 });
  });

  it('tells an informer of everything, in order', async () => {
    const api = config.makeApiClient(CoreV1Api);
    await api.createNamespacedConfigMap({ namespace: 'default', body: body('before', '0') });
    const seen: string[] = [];
    const list = () => api.listNamespacedConfigMap({ namespace: 'default' });
    const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', list);
    for (const verb of ['add', 'update', 'delete'] as const) {
      informer.on(verb, ({ metadata, data }) => {
        if (metadata?.name !== 'kube-root-ca.crt') seen.push(`${verb} ${metadata?.name} ${data?.['value']}`);
      });
    }
    await informer.start();
    await eventually(() => seen.length === 1);
    const made = await api.createNamespacedConfigMap({ namespace: 'default', body: body('later', '1') });
    await api.replaceNamespacedConfigMap({
      namespace: 'default',
      name: 'later',
      body: { ...made, data: { value: '2' } },
    });
    await api.deleteNamespacedConfigMap({ namespace: 'default', name: 'later' });
    await eventually(() => seen.length === 4);
    await informer.stop();
    expect(seen).toEqual(['add before 0', 'add later 1', 'update later 2', 'delete later 2']);
  });
});
