import { describe, expect, it } from 'vitest';
import { deployments } from '#api/apps/v1/deployment.ts';
import { replicaSets } from '#api/apps/v1/replica-set.ts';
import { pods } from '#api/core/v1/pod.ts';
import { eventually } from '#base/wait.ts';
import type { Client } from '#client/client.ts';
import type { Deployment } from '#gen/apps/v1.ts';
import { replicaSetController } from '../replica-set/controller.ts';
import { livePods, playKubelet } from '../testing/pods.ts';
import { controllerWorld } from '../testing/world.ts';
import { deploymentController } from './controller.ts';

const key = { namespace: 'default', name: 'web' };
const inDefault = { namespace: 'default' };
const web = (spec: Partial<Deployment['spec']> = {}) => ({
  metadata: { ...key },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'web:1' }] } },
    ...spec,
  },
});
const merge = (spec: object) => ({ patchType: 'application/merge-patch+json' as const, patch: { spec } });
const image = (name: string) => merge({ template: { spec: { containers: [{ name: 'c', image: name }] } } });
const world = () => controllerWorld([deploymentController, replicaSetController]);
const settled = (client: Client, holds: (deployment: Deployment) => boolean) =>
  eventually(async () => {
    await playKubelet(client);
    const current = await client.get(deployments, key);
    return current.status.observedGeneration === current.metadata.generation && holds(current) && current;
  });
const isDone = ({ status, spec }: Deployment) =>
  status.updatedReplicas === spec.replicas &&
  status.replicas === spec.replicas &&
  status.availableReplicas === spec.replicas;
const images = async (client: Client) => (await livePods(client)).map(({ spec }) => spec.containers[0]?.image);

describe('deployment strategies on a real server', () => {
  it('Recreate starts nothing new before the last old pod is gone', async () => {
    await using cluster = await world();
    const { client, informers } = cluster;
    await client.create(deployments, web({ strategy: { type: 'Recreate' } }));
    await settled(client, isDone);
    const mixed: number[] = [];
    informers.for(pods).onChange(() => {
      const kinds = new Set(
        informers
          .for(pods)
          .list()
          .map(({ spec }) => spec.containers[0]?.image),
      );
      mixed.push(kinds.size);
    });
    await client.patch(deployments, key, image('web:2'));
    await settled(client, isDone);
    expect(await images(client)).toEqual(['web:2', 'web:2']);
    expect(Math.max(...mixed)).toBe(1);
  });

  it('a paused one rolls nothing out but still scales, and rolls when resumed', async () => {
    await using cluster = await world();
    const { client } = cluster;
    await client.create(deployments, web());
    await settled(client, isDone);
    await client.patch(deployments, key, merge({ paused: true }));
    await client.patch(deployments, key, image('web:2'));
    await client.patch(deployments, key, merge({ replicas: 3 }));
    const paused = await settled(client, ({ status }) => status.replicas === 3 && status.availableReplicas === 3);
    expect(paused.status.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
      message: 'Deployment is paused',
    });
    expect(await images(client)).toEqual(['web:1', 'web:1', 'web:1']);
    await client.patch(deployments, key, merge({ paused: false }));
    await settled(client, isDone);
    expect(await images(client)).toEqual(['web:2', 'web:2', 'web:2']);
  });

  it('keeps no more old replica sets than its history limit', async () => {
    await using cluster = await world();
    const { client } = cluster;
    await client.create(deployments, web({ revisionHistoryLimit: 1 }));
    await settled(client, isDone);
    for (const name of ['web:2', 'web:3']) {
      await client.patch(deployments, key, image(name));
      await settled(client, isDone);
    }
    const kept = await eventually(async () => {
      const { items } = await client.list(replicaSets, inDefault);
      return items.length === 2 && items;
    });
    expect(kept.map(({ spec }) => spec.template.spec.containers[0]?.image).sort()).toEqual(['web:2', 'web:3']);
  });

  it('finds another name where a stranger has taken it', async () => {
    await using cluster = await world();
    const { client } = cluster;
    await client.create(deployments, web({ replicas: 0 }));
    const [set] = await eventually(async () => {
      const { items } = await client.list(replicaSets, inDefault);
      return items.length === 1 && items;
    });
    const name = set?.metadata.name ?? '';
    await client.delete(deployments, key, { propagationPolicy: 'Background' });
    await client.delete(replicaSets, { namespace: 'default', name }, { propagationPolicy: 'Background' });
    const template = { metadata: { labels: { app: 'other' } }, spec: { containers: [{ name: 'x', image: 'x' }] } };
    const stranger = { replicas: 0, selector: { matchLabels: { app: 'other' } }, template };
    await client.create(replicaSets, { metadata: { name, namespace: 'default' }, spec: stranger });
    await client.create(deployments, web({ replicas: 0 }));
    const other = await eventually(async () => {
      await cluster.clock.advance(100);
      const { items } = await client.list(replicaSets, inDefault);
      return items.find(({ metadata }) => metadata.name !== name && metadata.ownerReferences);
    });
    expect(other.metadata.name).toMatch(/^web-/);
    expect((await client.get(deployments, key)).status.collisionCount).toBe(1);
  });
});
