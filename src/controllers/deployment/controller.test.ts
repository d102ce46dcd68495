import { describe, expect, it } from 'vitest';
import { deployments } from '#api/apps/v1/deployment.ts';
import { replicaSets } from '#api/apps/v1/replica-set.ts';
import { events } from '#api/core/v1/event.ts';
import { namespaces } from '#api/core/v1/namespace.ts';
import { pods } from '#api/core/v1/pod.ts';
import { testServer } from '#apiserver/testing.ts';
import { eventually } from '#base/wait.ts';
import type { Client } from '#client/client.ts';
import type { Deployment } from '#gen/apps/v1.ts';
import { replicaSetController } from '../replica-set/controller.ts';
import { runControllers } from '../testing.ts';
import { deploymentController } from './controller.ts';

const key = { namespace: 'default', name: 'web' };

async function world() {
  const server = await testServer();
  const running = runControllers(server.server.handler, [deploymentController, replicaSetController], server.clock);
  await running.client.create(namespaces, { metadata: { name: 'default' }, spec: {} }).catch(() => undefined);
  return {
    ...running,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const deployment = (image: string, replicas = 3) => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
  },
});

/** Plays the kubelet: whatever runs is ready at once. */
async function makeReady(client: Client): Promise<void> {
  const { items } = await client.list(pods, { namespace: 'default' });
  for (const pod of items.filter(({ status }) => status?.phase !== 'Running')) {
    const status = {
      phase: 'Running' as const,
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    };
    await client.updateStatus(pods, { ...pod, status }).catch(() => undefined);
  }
}

const settle = (client: Client, holds: (deployment: Deployment) => boolean) =>
  eventually(async () => {
    await makeReady(client);
    const current = await client.get(deployments, key);
    return holds(current) && current;
  });

const isDone = ({ status, spec, metadata }: Deployment) =>
  status.observedGeneration === metadata.generation &&
  status.updatedReplicas === spec.replicas &&
  status.replicas === spec.replicas &&
  status.availableReplicas === spec.replicas;

describe('deployment controller on a real server', () => {
  it('brings up the replicas and says so in its conditions', async () => {
    await using cluster = await world();
    await cluster.client.create(deployments, deployment('web:1'));
    const done = await settle(
      cluster.client,
      (each) => isDone(each) && each.status.conditions?.[1]?.reason === 'NewReplicaSetAvailable',
    );
    const [set] = (await cluster.client.list(replicaSets, { namespace: 'default' })).items;
    expect(done.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect(set?.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]+$/);
    expect(set?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
      'deployment.kubernetes.io/revision': '1',
    });
    expect(
      done.status.conditions?.map(({ type, status, reason, message }) => ({ type, status, reason, message })),
    ).toEqual([
      {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      },
      {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        message: `ReplicaSet "${set?.metadata.name}" has successfully progressed.`,
      },
    ]);
    const told = await eventually(async () => {
      const { items } = await cluster.client.list(events, {
        namespace: 'default',
        fieldSelector: 'involvedObject.kind=Deployment',
      });
      return items.length > 0 && items;
    });
    expect(told.map(({ message, source }) => [message, source?.component])).toEqual([
      [`Scaled up replica set ${set?.metadata.name} from 0 to 3`, 'deployment-controller'],
    ]);
  });

  it('never makes more pods than asked for', async () => {
    await using cluster = await world();
    const made = new Set<string>();
    cluster.informers.for(pods).onChange(({ object }) => made.add(object.metadata.uid));
    await cluster.client.create(deployments, deployment('web:1', 20));
    await settle(cluster.client, isDone);
    expect(made.size).toBe(20);
  });

  it('rolls to a new template within its bounds, keeps the history, and rolls back to an old one', async () => {
    await using cluster = await world();
    const { client } = cluster;
    await client.create(deployments, deployment('web:1'));
    await settle(client, isDone);
    const most: number[] = [];
    cluster.informers.for(pods).onChange(() =>
      most.push(
        cluster.informers
          .for(pods)
          .list()
          .filter(({ metadata }) => !metadata.deletionTimestamp).length,
      ),
    );
    const image = (value: string) => ({
      patchType: 'application/json-patch+json' as const,
      patch: [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value }],
    });
    await client.patch(deployments, key, image('web:2'));
    const second = await settle(client, isDone);
    expect(second.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    expect(Math.max(...most)).toBeLessThanOrEqual(4);
    await client.patch(deployments, key, image('web:1'));
    const third = await settle(client, isDone);
    expect(third.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    const sets = (await client.list(replicaSets, { namespace: 'default' })).items;
    const revived = sets.find(({ spec }) => spec.template.spec.containers[0]?.image === 'web:1');
    expect(sets).toHaveLength(2);
    expect(revived?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1');
  });

  it('says when progress takes longer than its deadline', async () => {
    await using cluster = await world();
    const { client, clock } = cluster;
    const slow = deployment('web:1');
    await client.create(deployments, { ...slow, spec: { ...slow.spec, progressDeadlineSeconds: 10 } });
    await eventually(async () => (await client.list(pods, { namespace: 'default' })).items.length === 3);
    const reason = async () =>
      (await client.get(deployments, key)).status.conditions?.find(({ type }) => type === 'Progressing');
    await eventually(async () => (await client.get(deployments, key)).status.replicas === 3);
    await eventually(async () => {
      await clock.advance(12_000);
      return (await reason())?.reason === 'ProgressDeadlineExceeded';
    });
    expect(await reason()).toMatchObject({
      status: 'False',
      message: expect.stringMatching(/^ReplicaSet "web-.*" has timed out progressing\.$/),
    });
  });
});
