import { describe, expect, it } from 'vitest';
import { events } from '#api/core/v1/event.ts';
import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { eventually } from '#base/wait.ts';
import type { Client } from '#client/client.ts';
import { controllerWorld } from '../testing/world.ts';
import { volumeBinder } from './controller.ts';

const claimAt = { namespace: 'default', name: 'c' };
const named = (name: string) => ({ namespace: '', name });
const volume = (name: string, storage: string) => ({
  metadata: { name },
  spec: {
    capacity: { storage },
    accessModes: ['ReadWriteOnce' as const],
    persistentVolumeReclaimPolicy: 'Retain' as const,
    storageClassName: 'manual',
    hostPath: { path: `/${name}` },
  },
});
const claim = {
  metadata: { ...claimAt },
  spec: {
    accessModes: ['ReadWriteOnce' as const],
    storageClassName: 'manual',
    resources: { requests: { storage: '2Gi' } },
  },
};
const phaseOf = async (client: Client, name: string) =>
  (await client.get(persistentVolumes, named(name))).status?.phase;

describe('volume binder on a real server', () => {
  it('binds the smallest volume that fits and keeps a retained one as released', async () => {
    await using world = await controllerWorld([volumeBinder]);
    const { client } = world;
    for (const [name, size] of [
      ['small', '1Gi'],
      ['fits', '2Gi'],
      ['large', '9Gi'],
    ] as const)
      await client.create(persistentVolumes, volume(name, size));
    await eventually(async () => (await phaseOf(client, 'large')) === 'Available');
    await eventually(async () => (await phaseOf(client, 'fits')) === 'Available');
    await client.create(persistentVolumeClaims, claim);
    const bound = await eventually(async () => {
      const current = await client.get(persistentVolumeClaims, claimAt);
      return current.status?.phase === 'Bound' && current;
    });
    expect(bound.spec.volumeName).toBe('fits');
    expect(bound.status?.capacity).toEqual({ storage: '2Gi' });
    expect(bound.metadata.annotations).toMatchObject({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    });
    await client.delete(persistentVolumeClaims, claimAt);
    await eventually(async () => (await phaseOf(client, 'fits')) === 'Released');
    await client.create(persistentVolumeClaims, claim);
    const second = await eventually(async () => {
      const current = await client.get(persistentVolumeClaims, claimAt);
      return current.status?.phase === 'Bound' && current;
    });
    expect(second.spec.volumeName).toBe('large');
    expect(await phaseOf(client, 'fits')).toBe('Released');
  });

  it('says so when a bound claim has lost its volume', async () => {
    await using world = await controllerWorld([volumeBinder]);
    const { client } = world;
    await client.create(persistentVolumes, volume('v', '2Gi'));
    await client.create(persistentVolumeClaims, claim);
    await eventually(async () => (await client.get(persistentVolumeClaims, claimAt)).status?.phase === 'Bound');
    await client.delete(persistentVolumes, named('v'));
    await eventually(async () => (await client.get(persistentVolumeClaims, claimAt)).status?.phase === 'Lost');
    const told = await eventually(async () =>
      (await client.list(events, { namespace: 'default' })).items.find(({ reason }) => reason === 'ClaimLost'),
    );
    expect(told).toMatchObject({
      type: 'Warning',
      message: 'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    });
  });
});
