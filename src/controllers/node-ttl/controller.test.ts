import { expect, it } from 'vitest';
import { nodes } from '#api/core/v1/node.ts';
import { eventually } from '#base/wait.ts';
import { controllerWorld } from '../testing/world.ts';
import { nextStep, nodeTtlController, TTL, ttlAt } from './controller.ts';

it.each<[string, number, number, number]>([
  ['nothing in a small cluster', 0, 100, 0],
  ['15 s beyond 100 nodes', 0, 101, 15],
  ['15 s still at 95, coming from above', 1, 95, 15],
  ['nothing again below 90', 1, 89, 0],
  ['steps at once over several bounds', 0, 5000, 300],
  ['and back', 4, 3, 0],
])('kubelets may keep secrets for %s', (_, step, count, seconds) => {
  expect(ttlAt(nextStep(step, count))).toBe(seconds);
});

it('writes it on each node', async () => {
  await using world = await controllerWorld([nodeTtlController]);
  await world.client.create(nodes, { metadata: { name: 'a' }, spec: {} });
  const node = await eventually(async () => {
    const current = await world.client.get(nodes, { namespace: '', name: 'a' });
    return current.metadata.annotations && current;
  });
  expect(node.metadata.annotations).toEqual({ [TTL]: '0' });
});
