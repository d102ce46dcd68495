import { expect, it } from 'vitest';
import { clusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { eventually } from '#base/wait.ts';
import { controllerWorld } from '../testing/world.ts';
import { clusterRoleAggregation } from './controller.ts';

const rule = (resource: string) => ({ apiGroups: ['x.io'], resources: [resource], verbs: ['get'] });
const part = (name: string, resources: string[], labels = { into: 'all' }) => ({
  metadata: { name, labels },
  rules: resources.map(rule),
});

it('an aggregated role holds each rule of its parts once, and follows them', async () => {
  await using world = await controllerWorld([clusterRoleAggregation]);
  const { client } = world;
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { into: 'all' } }] };
  await client.create(clusterRoles, { metadata: { name: 'whole' }, aggregationRule, rules: [] });
  await client.create(clusterRoles, part('b', ['two', 'one']));
  await client.create(clusterRoles, part('a', ['one']));
  await client.create(clusterRoles, part('c', ['three'], { into: 'none' }));
  const resourcesOf = async () =>
    (await client.get(clusterRoles, { namespace: '', name: 'whole' })).rules?.flatMap(
      ({ resources }) => resources ?? [],
    );
  await eventually(async () => (await resourcesOf())?.length === 2);
  expect(await resourcesOf()).toEqual(['one', 'two']);
  await client.delete(clusterRoles, { namespace: '', name: 'b' });
  await eventually(async () => (await resourcesOf())?.length === 1);
});
