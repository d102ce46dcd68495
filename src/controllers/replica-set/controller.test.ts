import { describe, expect, it } from 'vitest';
import { replicaSets } from '#api/apps/v1/replica-set.ts';
import { pods } from '#api/core/v1/pod.ts';
import { eventually } from '#base/wait.ts';
import type { Client } from '#client/client.ts';
import { livePods } from '../testing/pods.ts';
import { controllerWorld } from '../testing/world.ts';
import { replicaSetController } from './controller.ts';

const containers = [{ name: 'c', image: 'i' }];
const web = (replicas: number) => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
  },
});
const orphan = (app: string) => ({
  metadata: { name: 'orphan', namespace: 'default', labels: { app } },
  spec: { containers },
});
const orphanNow = (client: Client) => client.get(pods, { namespace: 'default', name: 'orphan' });

describe('replica set controller on a real server', () => {
  it('adopts a matching orphan in place of a new pod, and leaves others alone', async () => {
    await using world = await controllerWorld([replicaSetController]);
    const { client } = world;
    await client.create(pods, orphan('web'));
    await client.create(pods, { ...orphan('other'), metadata: { ...orphan('other').metadata, name: 'stranger' } });
    const set = await client.create(replicaSets, web(2));
    await eventually(
      async () => (await client.get(replicaSets, { namespace: 'default', name: 'web' })).status.replicas === 2,
    );
    expect((await orphanNow(client)).metadata.ownerReferences).toMatchObject([
      { kind: 'ReplicaSet', name: 'web', uid: set.metadata.uid, controller: true, blockOwnerDeletion: true },
    ]);
    expect(await livePods(client)).toHaveLength(3);
  });

  it('releases a pod whose label changed, and makes another', async () => {
    await using world = await controllerWorld([replicaSetController]);
    const { client } = world;
    await client.create(pods, orphan('web'));
    await client.create(replicaSets, web(1));
    await eventually(async () => (await orphanNow(client)).metadata.ownerReferences?.length === 1);
    const patch = { metadata: { labels: { app: 'debug' } } };
    await client.patch(
      pods,
      { namespace: 'default', name: 'orphan' },
      { patchType: 'application/merge-patch+json', patch },
    );
    await eventually(async () => (await livePods(client)).length === 2);
    expect((await orphanNow(client)).metadata.ownerReferences ?? []).toEqual([]);
  });
});
