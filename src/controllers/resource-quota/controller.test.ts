import { expect, it } from 'vitest';
import { configMaps } from '#api/core/v1/config-map.ts';
import { pods } from '#api/core/v1/pod.ts';
import { resourceQuotas } from '#api/core/v1/resource-quota.ts';
import { services } from '#api/core/v1/service.ts';
import { inScope, quotaUsage } from '#apiserver/admission/quota-usage.ts';
import { eventually } from '#base/wait.ts';
import type { ResourceQuota } from '#gen/core/v1.ts';
import { setPodStatus } from '../testing/pods.ts';
import { controllerWorld } from '../testing/world.ts';
import { countedIn, resourceQuotaController } from './controller.ts';

const world = () => controllerWorld([resourceQuotaController], { quota: { usage: quotaUsage, inScope } });
const key = { namespace: 'default', name: 'q' };
const pod = (name: string, cpu: string) => ({
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] },
});

it.each<[string, string]>([
  ['pods', 'pods'],
  ['requests.cpu', 'pods'],
  ['limits.memory', 'pods'],
  ['requests.nvidia.com/gpu', 'pods'],
  ['services', 'services'],
  ['services.nodeports', 'services'],
  ['requests.storage', 'persistentvolumeclaims'],
  ['fast.storageclass.storage.k8s.io/requests.storage', 'persistentvolumeclaims'],
  ['fast.storageclass.storage.k8s.io/persistentvolumeclaims', 'persistentvolumeclaims'],
  ['count/deployments.apps', 'deployments.apps'],
  ['configmaps', 'configmaps'],
])('%s counts %s', (name, expected) => {
  expect(countedIn(name)).toBe(expected);
});

it('sums what a namespace uses, and follows what comes, ends and goes', async () => {
  await using cluster = await world();
  const { client } = cluster;
  const hard = { pods: '5', 'requests.cpu': '2000m', 'services.nodeports': '1', 'count/configmaps': '9', cpu: '4' };
  await client.create(resourceQuotas, { metadata: { ...key }, spec: { hard } });
  const used = (holds: (used: Record<string, string>) => boolean) =>
    eventually(async () => {
      const { status } = await client.get(resourceQuotas, key);
      return status.used && holds(status.used) && status;
    });
  const empty = await used(() => true);
  expect(empty).toEqual({
    hard: { pods: '5', 'requests.cpu': '2', 'services.nodeports': '1', 'count/configmaps': '9', cpu: '4' },
    used: { pods: '0', 'requests.cpu': '0', 'services.nodeports': '0', 'count/configmaps': '0', cpu: '0' },
  });
  await client.create(pods, pod('a', '250m'));
  await client.create(pods, pod('b', '1'));
  await client.create(configMaps, { metadata: { name: 'c', namespace: 'default' } });
  await client.create(services, {
    metadata: { name: 's', namespace: 'default' },
    spec: { type: 'NodePort', selector: { a: 'b' }, ports: [{ port: 80 }] },
  });
  const full = await used(({ pods: count, ...rest }) => count === '2' && rest['services.nodeports'] === '1');
  expect(full.used).toEqual({
    pods: '2',
    'requests.cpu': '1250m',
    'services.nodeports': '1',
    'count/configmaps': '1',
    cpu: '1250m',
  });
  await setPodStatus(client, 'a', { phase: 'Succeeded' });
  await used((now) => now['pods'] === '1' && now['requests.cpu'] === '1');
  await client.delete(pods, { namespace: 'default', name: 'b' }, { gracePeriodSeconds: 0 });
  await used((now) => now['pods'] === '0' && now['requests.cpu'] === '0');
});

it('counts only what its scopes cover', async () => {
  await using cluster = await world();
  const { client } = cluster;
  const spec: ResourceQuota['spec'] = { hard: { pods: '5' }, scopes: ['BestEffort'] };
  await client.create(resourceQuotas, { metadata: { ...key }, spec });
  await client.create(pods, pod('a', '1'));
  const best = { metadata: { name: 'b', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  await client.create(pods, best);
  const status = await eventually(async () => {
    const current = await client.get(resourceQuotas, key);
    return current.status.used?.['pods'] === '1' && current.status;
  });
  expect(status.used).toEqual({ pods: '1' });
});
