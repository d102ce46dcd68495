import { describe, expect, it } from 'vitest';
import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { isNotFound } from '#apimachinery/status.ts';
import { eventually } from '#base/wait.ts';
import type { Client } from '#client/client.ts';
import { controllerWorld } from '../testing/world.ts';
import { podGarbageCollector } from './controller.ts';

const at = { namespace: 'default', name: 'p' };
const pod = (nodeName?: string) => ({
  metadata: { ...at },
  spec: { ...(nodeName && { nodeName }), containers: [{ name: 'c', image: 'i' }] },
});
const isGone = (client: Client) => client.get(pods, at).then(() => false, isNotFound);

describe('pod garbage collector on a real server', () => {
  it('fails and removes the pods of a lost node, after a time of grace', async () => {
    await using world = await controllerWorld([podGarbageCollector]);
    const { client, clock, informers } = world;
    const seen: (string | undefined)[] = [];
    informers.for(pods).onChange(({ object }) => {
      const { phase, conditions } = object.status ?? {};
      const disruption = conditions?.find(({ type }) => type === 'DisruptionTarget');
      seen.push(`${phase} ${disruption?.reason ?? ''} ${disruption?.message ?? ''}`.trim());
    });
    await client.create(pods, pod('lost'));
    await eventually(() => informers.for(pods).get('default/p'));
    await clock.advance(25_000);
    expect(await isGone(client)).toBe(false);
    await eventually(async () => {
      await clock.advance(10_000);
      return await isGone(client);
    });
    expect(seen).toContain('Failed DeletionByPodGC PodGC: node no longer exists');
  });

  it('leaves the pods of a node that is there', async () => {
    await using world = await controllerWorld([podGarbageCollector]);
    const { client, clock, informers } = world;
    await client.create(nodes, { metadata: { name: 'a' }, spec: {} });
    await client.create(pods, pod('a'));
    await eventually(() => informers.for(pods).get('default/p') && informers.for(nodes).get('a'));
    for (let step = 0; step < 10; step += 1) await clock.advance(20_000);
    expect(await isGone(client)).toBe(false);
  });

  it('lets go of pods that a node out of service cannot end', async () => {
    await using world = await controllerWorld([podGarbageCollector]);
    const { client, clock } = world;
    const taint = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' as const };
    await client.create(nodes, { metadata: { name: 'a' }, spec: { taints: [taint] } });
    await client.create(pods, pod('a'));
    await client.delete(pods, at, { gracePeriodSeconds: 3_600 });
    expect(await isGone(client)).toBe(false);
    await eventually(async () => {
      await clock.advance(20_000);
      return await isGone(client);
    });
  });
});
