import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import type { Client } from '#client/client.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
  PersistentVolumeStatus,
} from '#gen/core/v1.ts';
import { writeStatus } from '#reconciler/status-update.ts';
import { isClaimOf } from './match.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER } from './words.ts';

interface Pair {
  readonly claim: PersistentVolumeClaim;
  readonly volume: PersistentVolume;
  readonly signal: AbortSignal;
}

/** Ties a volume and a claim, in four steps of which each may be the last before a restart. */
export async function bind(client: Client, { claim, volume, signal }: Pair): Promise<void> {
  const tied = await tieVolume(client, { claim, volume, signal });
  await volumePhase(client, { volume: tied, phase: 'Bound', signal });
  const bound = await tieClaim(client, { claim, volume: tied, signal });
  const status: PersistentVolumeClaimStatus = {
    ...bound.status,
    phase: 'Bound',
    accessModes: tied.spec.accessModes,
    capacity: tied.spec.capacity,
  };
  await writeStatus(client, { resource: persistentVolumeClaims, object: bound, status, signal });
}

async function tieVolume(client: Client, { claim, volume, signal }: Pair): Promise<PersistentVolume> {
  if (volume.spec.claimRef?.uid === claim.metadata.uid) return volume;
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion };
  const annotations = isClaimOf(volume, claim)
    ? volume.metadata.annotations
    : { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
  const changed = { ...volume, metadata: { ...volume.metadata, annotations }, spec: { ...volume.spec, claimRef } };
  return await client.update(persistentVolumes, changed, { signal });
}

async function tieClaim(client: Client, { claim, volume, signal }: Pair): Promise<PersistentVolumeClaim> {
  const isTied = claim.spec.volumeName === volume.metadata.name;
  if (isTied && claim.metadata.annotations?.[BIND_COMPLETED]) return claim;
  const annotations = {
    ...claim.metadata.annotations,
    [BIND_COMPLETED]: 'yes',
    ...(!isTied && { [BOUND_BY_CONTROLLER]: 'yes' }),
  };
  const changed = {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim.spec, volumeName: volume.metadata.name },
  };
  return await client.update(persistentVolumeClaims, changed, { signal });
}

export async function volumePhase(
  client: Client,
  {
    volume,
    phase,
    message,
    signal,
  }: {
    volume: PersistentVolume;
    phase: NonNullable<PersistentVolumeStatus['phase']>;
    message?: string;
    signal: AbortSignal;
  },
): Promise<PersistentVolume> {
  if (volume.status?.phase === phase) return volume;
  const { message: _, ...rest } = volume.status ?? {};
  const status = { ...rest, phase, ...(message && { message }) };
  return await writeStatus(client, { resource: persistentVolumes, object: volume, status, signal });
}
