import { describe, expect, it } from 'vitest';
import { deployments } from '#api/apps/v1/deployment.ts';
import { events } from '#api/core/v1/event.ts';
import { pods } from '#api/core/v1/pod.ts';
import { podDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import { eventually } from '#base/wait.ts';
import { deploymentController } from '../deployment/controller.ts';
import { replicaSetController } from '../replica-set/controller.ts';
import { playKubelet } from '../testing/pods.ts';
import { controllerWorld } from '../testing/world.ts';
import { disruptionController } from './controller.ts';

const key = { namespace: 'default', name: 'web' };
const selector = { matchLabels: { app: 'web' } };
const containers = [{ name: 'c', image: 'i' }];

describe('disruption controller on a real server', () => {
  it('counts a share against the size of the deployment', async () => {
    await using world = await controllerWorld([disruptionController, deploymentController, replicaSetController]);
    const { client } = world;
    await client.create(podDisruptionBudgets, {
      metadata: { ...key },
      spec: { selector, maxUnavailable: '50%' },
    });
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers } };
    await client.create(deployments, { metadata: { ...key }, spec: { replicas: 4, selector, template } });
    const status = await eventually(async () => {
      await playKubelet(client);
      const current = await client.get(podDisruptionBudgets, key);
      return current.status.currentHealthy === 4 && current.status;
    });
    expect(status).toMatchObject({ expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 2 });
  });

  it('refuses to count a share of pods that a stranger made', async () => {
    await using world = await controllerWorld([disruptionController]);
    const { client } = world;
    const ownerReferences = [{ apiVersion: 'x.io/v1', kind: 'Thing', name: 't', uid: 'u', controller: true }];
    const metadata = { name: 'p', namespace: 'default', labels: { app: 'web' }, ownerReferences };
    await client.create(pods, { metadata, spec: { containers } });
    await client.create(podDisruptionBudgets, { metadata: { ...key }, spec: { selector, minAvailable: '50%' } });
    const condition = await eventually(async () => {
      const current = await client.get(podDisruptionBudgets, key);
      return current.status.conditions?.[0];
    });
    expect(condition).toMatchObject({
      status: 'False',
      reason: 'SyncFailed',
      message: 'things.x.io does not implement the scale subresource',
    });
    const told = await eventually(async () =>
      (await client.list(events, { namespace: 'default' })).items.find(
        ({ reason }) => reason === 'CalculateExpectedPodCountFailed',
      ),
    );
    expect(told.type).toBe('Warning');
  });
});
