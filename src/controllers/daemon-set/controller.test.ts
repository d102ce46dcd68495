import { describe, expect, it } from 'vitest';
import { controllerRevisions } from '#api/apps/v1/controller-revision.ts';
import { daemonSets } from '#api/apps/v1/daemon-set.ts';
import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { eventually } from '#base/wait.ts';
import type { Client } from '#client/client.ts';
import type { DaemonSet } from '#gen/apps/v1.ts';
import { livePods, playKubelet, setPodStatus } from '../testing/pods.ts';
import { controllerWorld } from '../testing/world.ts';
import { daemonSetController } from './controller.ts';
import { nodeOf } from './placement.ts';

const key = { namespace: 'default', name: 'agent' };
const agent = (spec: Partial<DaemonSet['spec']> = {}) => ({
  metadata: { name: 'agent', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image: 'agent:1' }] } },
    ...spec,
  },
});
async function world(...names: string[]) {
  const made = await controllerWorld([daemonSetController]);
  for (const name of names) await made.client.create(nodes, { metadata: { name }, spec: {} });
  return made;
}
const places = async (client: Client) => (await livePods(client)).map(nodeOf).sort();
const settled = (client: Client, holds: (set: DaemonSet) => boolean) =>
  eventually(async () => {
    await playKubelet(client);
    const set = await client.get(daemonSets, key);
    return set.status.observedGeneration === set.metadata.generation && holds(set) && set;
  });
const isDone = ({ status }: DaemonSet) =>
  status.desiredNumberScheduled > 0 &&
  status.numberReady === status.desiredNumberScheduled &&
  status.updatedNumberScheduled === status.desiredNumberScheduled &&
  status.numberAvailable === status.desiredNumberScheduled;
const image = (value: string) => ({
  patchType: 'application/json-patch+json' as const,
  patch: [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value }],
});

describe('daemon set controller on a real server', () => {
  it('keeps one pod on each node as nodes come, are tainted and go', async () => {
    await using cluster = await world('a', 'b');
    const { client } = cluster;
    await client.create(daemonSets, agent());
    const done = await settled(client, isDone);
    expect(done.status).toMatchObject({ desiredNumberScheduled: 2, currentNumberScheduled: 2, numberMisscheduled: 0 });
    expect(await places(client)).toEqual(['a', 'b']);
    await client.create(nodes, { metadata: { name: 'c' }, spec: {} });
    await settled(client, ({ status }) => status.desiredNumberScheduled === 3 && status.numberReady === 3);
    const taint = {
      patchType: 'application/merge-patch+json' as const,
      patch: { spec: { taints: [{ key: 'gpu', effect: 'NoExecute' }] } },
    };
    await client.patch(nodes, { namespace: '', name: 'a' }, taint);
    await settled(client, ({ status }) => status.desiredNumberScheduled === 2 && status.numberMisscheduled === 0);
    expect(await places(client)).toEqual(['b', 'c']);
  });

  it('rolls to a new template node by node and keeps its revisions', async () => {
    await using cluster = await world('a', 'b', 'c');
    const { client } = cluster;
    await client.create(daemonSets, agent());
    await settled(client, isDone);
    const fewest: number[] = [];
    cluster.informers.for(pods).onChange(() => {
      const ready = cluster.informers
        .for(pods)
        .list()
        .filter(({ status, metadata }) => status?.phase === 'Running' && !metadata.deletionTimestamp);
      fewest.push(ready.length);
    });
    await client.patch(daemonSets, key, image('agent:2'));
    await settled(client, isDone);
    expect((await livePods(client)).map(({ spec }) => spec.containers[0]?.image)).toEqual(Array(3).fill('agent:2'));
    expect(Math.min(...fewest)).toBeGreaterThanOrEqual(2);
    const revisions = (await client.list(controllerRevisions, { namespace: 'default' })).items;
    expect(revisions.map(({ revision }) => revision).sort()).toEqual([1, 2]);
    const newest = revisions.find(({ revision }) => revision === 2);
    expect(
      new Set((await livePods(client)).map(({ metadata }) => metadata.labels?.['controller-revision-hash'])),
    ).toEqual(new Set([newest?.metadata.labels?.['controller-revision-hash']]));
  });

  it('surges: the old pod goes only when the new one serves', async () => {
    await using cluster = await world('a');
    const { client } = cluster;
    const updateStrategy = { type: 'RollingUpdate' as const, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    await client.create(daemonSets, agent({ updateStrategy }));
    await settled(client, isDone);
    const [before] = await livePods(client);
    await client.patch(daemonSets, key, image('agent:2'));
    const both = await eventually(async () => {
      const found = await livePods(client);
      return found.length === 2 && found;
    });
    const fresh = both.find(({ metadata }) => metadata.uid !== before?.metadata.uid);
    await setPodStatus(client, fresh?.metadata.name ?? '');
    await eventually(async () => (await livePods(client)).length === 1);
    expect((await livePods(client))[0]?.metadata.uid).toBe(fresh?.metadata.uid);
  });

  it('replaces only what the user deletes under OnDelete', async () => {
    await using cluster = await world('a');
    const { client } = cluster;
    await client.create(daemonSets, agent({ updateStrategy: { type: 'OnDelete' } }));
    await settled(client, isDone);
    await client.patch(daemonSets, key, image('agent:2'));
    const waiting = await settled(client, ({ status }) => !status.updatedNumberScheduled);
    expect(waiting.status.numberReady).toBe(1);
    const [old] = await livePods(client);
    expect(old?.spec.containers[0]?.image).toBe('agent:1');
    await client.delete(pods, { namespace: 'default', name: old?.metadata.name ?? '' }, { gracePeriodSeconds: 0 });
    await settled(client, isDone);
    expect((await livePods(client))[0]?.spec.containers[0]?.image).toBe('agent:2');
  });
});
