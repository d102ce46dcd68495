import { describe, expect, it } from 'vitest';
import { endpoints } from '#api/core/v1/endpoints.ts';
import { services } from '#api/core/v1/service.ts';
import { endpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { eventually } from '#base/wait.ts';
import type { Client } from '#client/client.ts';
import type { Endpoints } from '#gen/core/v1.ts';
import { controllerWorld } from '../testing/world.ts';
import { endpointSliceMirroringController } from './controller.ts';
import { isMirrored, MAX_PER_SUBSET, mirrorOf } from './plan.ts';

const place = { name: 'db', namespace: 'default' };
const source = (metadata: Partial<Endpoints['metadata']> = {}, addresses = ['10.0.0.1']) => ({
  metadata: { ...place, ...metadata },
  subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ name: 'sql', port: 5432 }] }],
});
const slicesOf = async (client: Client) => (await client.list(endpointSlices, { namespace: 'default' })).items;
const open = { metadata: place, spec: { ports: [{ name: 'sql', port: 5432 }] } };

describe('what is mirrored', () => {
  it.each<[string, Partial<Endpoints['metadata']>, boolean]>([
    ['plain endpoints', {}, true],
    ['not what says no', { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }, false],
    ['not what elects leaders', { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }, false],
  ])('%s', (_, metadata, expected) => {
    expect(isMirrored(source(metadata) as Endpoints)).toBe(expected);
  });

  it('one slice for each family and set of ports, with readiness', () => {
    const given = source({
      labels: { a: 'b' },
      annotations: { c: 'd', 'kubectl.kubernetes.io/last-applied-configuration': 'x' },
    });
    const [subset] = given.subsets;
    const mixed = {
      ...given,
      subsets: [
        { ...subset, addresses: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }], notReadyAddresses: [{ ip: '10.0.0.2' }] },
      ],
    } as Endpoints;
    const slices = mirrorOf(mixed);
    expect(slices.map(({ addressType }) => addressType)).toEqual(['IPv4', 'IPv6']);
    expect(slices[0]).toMatchObject({
      labels: { a: 'b', 'kubernetes.io/service-name': 'db' },
      annotations: { c: 'd' },
      ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
      endpoints: [
        { addresses: ['10.0.0.1'], conditions: { ready: true } },
        { addresses: ['10.0.0.2'], conditions: { ready: false } },
      ],
    });
    expect(Object.keys(slices[0]?.annotations ?? {})).toEqual(['c']);
  });

  it('no more than a thousand addresses of one subset', () => {
    const many = Array.from({ length: 1_100 }, (_, each) => `10.0.${each >> 8}.${each & 255}`);
    expect(mirrorOf(source({}, many) as Endpoints)[0]?.endpoints).toHaveLength(MAX_PER_SUBSET);
  });
});

describe('endpoint slice mirroring on a real server', () => {
  it('follows the endpoints of a service without selector', async () => {
    await using world = await controllerWorld([endpointSliceMirroringController]);
    const { client } = world;
    await client.create(services, open);
    const made = await client.create(endpoints, source());
    const [slice] = await eventually(async () => {
      const found = await slicesOf(client);
      return found.length === 1 && found;
    });
    expect(slice?.metadata.name).toMatch(/^db-/);
    expect(slice?.metadata).toMatchObject({
      labels: {
        'kubernetes.io/service-name': 'db',
        'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
      },
      ownerReferences: [{ kind: 'Endpoints', name: 'db', uid: made.metadata.uid, controller: true }],
    });
    await client.update(endpoints, { ...made, ...source({}, ['10.0.0.9']), metadata: made.metadata });
    const moved = await eventually(async () => {
      const [found] = await slicesOf(client);
      return found?.endpoints?.[0]?.addresses[0] === '10.0.0.9' && found;
    });
    expect(moved.metadata.uid).toBe(slice?.metadata.uid);
    await client.delete(endpoints, place);
    await eventually(async () => (await slicesOf(client)).length === 0);
  });

  it('leaves services with a selector to the other controller, and takes over when the selector goes', async () => {
    await using world = await controllerWorld([endpointSliceMirroringController]);
    const { client } = world;
    const selecting = await client.create(services, { ...open, spec: { ...open.spec, selector: { app: 'db' } } });
    await client.create(endpoints, source());
    await eventually(() => world.informers.for(endpoints).get('default/db'));
    await world.clock.advance(1_000);
    expect(await slicesOf(client)).toEqual([]);
    const { selector: _, ...spec } = selecting.spec;
    await client.update(services, { ...selecting, spec });
    await eventually(async () => (await slicesOf(client)).length === 1);
  });
});
