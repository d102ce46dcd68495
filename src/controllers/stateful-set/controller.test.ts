import { describe, expect, it } from 'vitest';
import { controllerRevisions } from '#api/apps/v1/controller-revision.ts';
import { statefulSets } from '#api/apps/v1/stateful-set.ts';
import { events } from '#api/core/v1/event.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import { eventually } from '#base/wait.ts';
import type { Client } from '#client/client.ts';
import type { StatefulSet } from '#gen/apps/v1.ts';
import { livePods, playKubelet, setPodStatus } from '../testing/pods.ts';
import { controllerWorld } from '../testing/world.ts';
import { statefulSetController } from './controller.ts';

const key = { namespace: 'default', name: 'db' };
const inDefault = { namespace: 'default' };
const database = (spec: Partial<StatefulSet['spec']> = {}) => ({
  metadata: { name: 'db', namespace: 'default' },
  spec: {
    replicas: 2,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'db:1' }] } },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage: '1Gi' } } },
      },
    ] as unknown as StatefulSet['spec']['volumeClaimTemplates'],
    ...spec,
  },
});
const names = (list: readonly { metadata: { name: string } }[]) => list.map(({ metadata }) => metadata.name).sort();
const image = (value: string) => ({
  patchType: 'application/json-patch+json' as const,
  patch: [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value }],
});
const settled = (client: Client, holds: (set: StatefulSet) => boolean) =>
  eventually(async () => {
    await playKubelet(client);
    const set = await client.get(statefulSets, key);
    return set.status.observedGeneration === set.metadata.generation && holds(set) && set;
  });
const isDone = ({ spec, status }: StatefulSet) =>
  status.readyReplicas === spec.replicas &&
  status.replicas === spec.replicas &&
  status.updatedReplicas === spec.replicas &&
  status.currentRevision === status.updateRevision;

describe('stateful set controller on a real server', () => {
  it('makes one pod after the other, each with its claim', async () => {
    await using world = await controllerWorld([statefulSetController]);
    const { client } = world;
    await client.create(statefulSets, database());
    await eventually(async () => (await livePods(client)).length === 1);
    expect(names((await client.list(persistentVolumeClaims, inDefault)).items)).toEqual(['data-db-0']);
    await setPodStatus(client, 'db-0');
    await eventually(async () => (await livePods(client)).length === 2);
    const done = await settled(client, isDone);
    expect(done.status).toMatchObject({ replicas: 2, readyReplicas: 2, currentReplicas: 2, availableReplicas: 2 });
    const claims = (await client.list(persistentVolumeClaims, inDefault)).items;
    expect(names(claims)).toEqual(['data-db-0', 'data-db-1']);
    expect(claims[0]?.metadata).toMatchObject({ labels: { app: 'db' } });
    const told = await eventually(async () => {
      const { items } = await client.list(events, inDefault);
      return items.length >= 4 && items.map(({ message }) => message);
    });
    expect(told).toContain('create Pod db-0 in StatefulSet db successful');
    expect(told).toContain('create Claim data-db-0 Pod db-0 in StatefulSet db success');
  });

  it('rolls to a new template from the highest down and keeps the history', async () => {
    await using world = await controllerWorld([statefulSetController]);
    const { client } = world;
    await client.create(statefulSets, database({ revisionHistoryLimit: 1 }));
    const first = await settled(client, isDone);
    const removed: string[] = [];
    world.informers.for(pods).onChange((change) => {
      if (change.type === 'remove') removed.push(change.object.metadata.name);
    });
    await client.patch(statefulSets, key, image('db:2'));
    const second = await settled(client, isDone);
    expect(removed).toEqual(['db-1', 'db-0']);
    expect(second.status.updateRevision).not.toBe(first.status.updateRevision);
    expect((await livePods(client)).map(({ spec }) => spec.containers[0]?.image)).toEqual(['db:2', 'db:2']);
    const revisions = (await client.list(controllerRevisions, inDefault)).items;
    expect(revisions.map(({ revision }) => revision).sort()).toEqual([1, 2]);
    expect(revisions.find(({ revision }) => revision === 1)?.data).toMatchObject({
      spec: { template: { $patch: 'replace', spec: { containers: [{ image: 'db:1' }] } } },
    });
    await client.patch(statefulSets, key, image('db:1'));
    const third = await settled(client, isDone);
    expect(third.status.updateRevision).toBe(first.status.updateRevision);
    await client.patch(statefulSets, key, image('db:3'));
    await settled(client, isDone);
    const kept = await eventually(async () => {
      const { items } = await client.list(controllerRevisions, inDefault);
      return items.length === 2 && items;
    });
    expect(kept.map(({ revision }) => revision).sort()).toEqual([3, 4]);
  });

  it('rolls only what lies above the partition, and heals what lies below at the old revision', async () => {
    await using world = await controllerWorld([statefulSetController]);
    const { client } = world;
    const updateStrategy = { type: 'RollingUpdate' as const, rollingUpdate: { partition: 1 } };
    await client.create(statefulSets, database({ updateStrategy }));
    await settled(client, isDone);
    await client.patch(statefulSets, key, image('db:2'));
    const images = async () => (await livePods(client)).map(({ spec }) => spec.containers[0]?.image);
    await settled(client, ({ status }) => status.updatedReplicas === 1 && status.readyReplicas === 2);
    expect(await images()).toEqual(['db:1', 'db:2']);
    const before = (await livePods(client))[0]?.metadata.uid;
    await client.delete(pods, { namespace: 'default', name: 'db-0' }, { gracePeriodSeconds: 0 });
    await eventually(async () => {
      await playKubelet(client);
      const [zero] = await livePods(client);
      return zero?.metadata.name === 'db-0' && zero.metadata.uid !== before;
    });
    expect(await images()).toEqual(['db:1', 'db:2']);
  });

  it('shrinks from the highest, and ties the claims of the condemned to their pods', async () => {
    await using world = await controllerWorld([statefulSetController]);
    const { client } = world;
    const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Retain', whenScaled: 'Delete' };
    await client.create(
      statefulSets,
      database({ replicas: 3, podManagementPolicy: 'Parallel', persistentVolumeClaimRetentionPolicy }),
    );
    await settled(client, isDone);
    const last = (await livePods(client))[2];
    const finalizers = ['test/hold'];
    const hold = { patchType: 'application/merge-patch+json' as const, patch: { metadata: { finalizers } } };
    await client.patch(pods, { namespace: 'default', name: 'db-2' }, hold);
    const size = { patchType: 'application/merge-patch+json' as const, patch: { spec: { replicas: 2 } } };
    await client.patch(statefulSets, key, size);
    await eventually(async () => (await livePods(client)).length === 2);
    const claim = await client.get(persistentVolumeClaims, { namespace: 'default', name: 'data-db-2' });
    expect(claim.metadata.ownerReferences).toMatchObject([{ kind: 'Pod', name: 'db-2', uid: last?.metadata.uid }]);
    const kept = await client.get(persistentVolumeClaims, { namespace: 'default', name: 'data-db-1' });
    expect(kept.metadata.ownerReferences ?? []).toEqual([]);
  });

  it('replaces a pod that failed, under the same name', async () => {
    await using world = await controllerWorld([statefulSetController]);
    const { client } = world;
    await client.create(statefulSets, database({ replicas: 1 }));
    await settled(client, isDone);
    const before = (await livePods(client))[0]?.metadata.uid;
    await setPodStatus(client, 'db-0', { phase: 'Failed' });
    const after = await eventually(async () => {
      await playKubelet(client);
      return (await livePods(client)).find(({ metadata }) => metadata.uid !== before);
    });
    expect(after.metadata.name).toBe('db-0');
    const told = await eventually(async () => {
      const { items } = await client.list(events, inDefault);
      return items.find(({ reason }) => reason === 'RecreatingFailedPod');
    });
    expect(told.message).toBe('StatefulSet default/db is recreating failed Pod db-0');
  });
});
