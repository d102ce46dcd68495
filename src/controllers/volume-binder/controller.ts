/** Brings claims and volumes together, and reclaims what is released. Source: kubernetes pkg/controller/volume/persistentvolume. */
import { nodes } from '#api/core/v1/node.ts';
import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { storageClasses } from '#api/storage/v1/storage-class.ts';
import { keyOf, parseKey } from '#apimachinery/object.ts';
import { isAlreadyExists, isNotFound } from '#apimachinery/status.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#gen/core/v1.ts';
import type { StorageClass } from '#gen/storage/v1.ts';
import type { ControllerDeps, ControllerFactory, ReconcileResult } from '#reconciler/controller.ts';
import { watch } from '#reconciler/mappings.ts';
import { writeStatus } from '#reconciler/status-update.ts';
import { bind, volumePhase } from './bind.ts';
import { localPathVolume, nodeOf } from './local-path.ts';
import { findMatch, isClaimOf } from './match.ts';
import {
  BETA_STORAGE_PROVISIONER,
  BIND_COMPLETED,
  LOCAL_PATH,
  LOCAL_PATH_CLEANUP,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
} from './words.ts';

const CLAIM = 'claim:';
const VOLUME = 'volume:';
/** Waiting claims are told why again after this long. */
const RESYNC_MS = 15_000;

export const volumeBinder: ControllerFactory = (deps) => {
  const { informers } = deps;
  informers.for(storageClasses);
  const claims = informers.for(persistentVolumeClaims);
  const unbound = () =>
    claims
      .list()
      .filter(({ spec }) => !spec.volumeName)
      .map((claim) => `${CLAIM}${keyOf(claim)}`);
  return {
    name: 'persistent-volume-binder',
    // One at a time: two claims must never take the same volume.
    workers: 1,
    watches: [
      watch(persistentVolumeClaims, (claim) => [
        `${CLAIM}${keyOf(claim)}`,
        ...(claim.spec.volumeName ? [`${VOLUME}${claim.spec.volumeName}`] : []),
      ]),
      watch(persistentVolumes, ({ spec, metadata }) => [
        `${VOLUME}${metadata.name}`,
        ...(spec.claimRef ? [`${CLAIM}${spec.claimRef.namespace}/${spec.claimRef.name}`] : unbound()),
      ]),
      watch(nodes, () => []),
    ],
    async reconcile({ key, signal }) {
      if (key.startsWith(VOLUME)) return await reconcileVolume(deps, key.slice(VOLUME.length), signal);
      const claim = claims.get(key.slice(CLAIM.length));
      if (!claim) {
        return;
      }
      return claim.metadata.annotations?.[BIND_COMPLETED]
        ? await checkBound(deps, claim, signal)
        : await findVolume(deps, claim, signal);
    },
  };
};

async function checkBound(
  deps: ControllerDeps,
  claim: PersistentVolumeClaim,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { client, informers } = deps;
  const volume = claim.spec.volumeName ? informers.for(persistentVolumes).get(claim.spec.volumeName) : undefined;
  if (!claim.spec.volumeName)
    return await lose(deps, claim, {
      reason: 'ClaimLost',
      message: 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
      signal,
    });
  if (!volume)
    return await lose(deps, claim, {
      reason: 'ClaimLost',
      message: 'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
      signal,
    });
  if (volume.spec.claimRef && volume.spec.claimRef.uid !== claim.metadata.uid && !isClaimOf(volume, claim)) {
    return await lose(deps, claim, {
      reason: 'ClaimMisbound',
      message: 'Two claims are bound to the same volume, this one is bound incorrectly',
      signal,
    });
  }
  await bind(client, { claim, volume, signal });
}

async function lose(
  { client, events }: ControllerDeps,
  claim: PersistentVolumeClaim,
  why: { reason: string; message: string; signal: AbortSignal },
): Promise<void> {
  if (claim.status?.phase === 'Lost') return;
  const { reason, message, signal } = why;
  const status = { ...claim.status, phase: 'Lost' as const, accessModes: undefined, capacity: undefined };
  await writeStatus(client, { resource: persistentVolumeClaims, object: claim, status, signal });
  events.event(claim, { type: 'Warning', reason, message });
}

async function findVolume(
  deps: ControllerDeps,
  claim: PersistentVolumeClaim,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { client, informers } = deps;
  const volumes = informers.for(persistentVolumes);
  if (claim.spec.volumeName) {
    const asked = volumes.get(claim.spec.volumeName);
    if (asked && (!asked.spec.claimRef || isClaimOf(asked, claim)))
      return await bind(client, { claim, volume: asked, signal });
    return await wait(deps, claim, signal);
  }
  const storageClass = informers.for(storageClasses).get(claim.spec.storageClassName ?? '');
  const isDelayed =
    storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && !claim.metadata.annotations?.[SELECTED_NODE];
  const found = findMatch(claim, volumes.list(), isDelayed);
  if (found) return await bind(client, { claim, volume: found, signal });
  await wait(deps, claim, signal);
  if (claim.metadata.deletionTimestamp) return;
  return await askFor(deps, claim, { storageClass, isDelayed, signal });
}

async function wait({ client }: ControllerDeps, claim: PersistentVolumeClaim, signal: AbortSignal): Promise<void> {
  await writeStatus(client, {
    resource: persistentVolumeClaims,
    object: claim,
    status: { ...claim.status, phase: 'Pending' },
    signal,
  });
}

interface Wish {
  readonly storageClass: StorageClass | undefined;
  readonly isDelayed: boolean;
  readonly signal: AbortSignal;
}

async function askFor(
  deps: ControllerDeps,
  claim: PersistentVolumeClaim,
  { storageClass, isDelayed, signal }: Wish,
): Promise<ReconcileResult> {
  const { events } = deps;
  const { storageClassName } = claim.spec;
  const again = { requeueAfterMs: RESYNC_MS };
  if (isDelayed) {
    events.event(claim, {
      type: 'Normal',
      reason: 'WaitForFirstConsumer',
      message: 'waiting for first consumer to be created before binding',
    });
    return again;
  }
  if (!storageClassName) {
    events.event(claim, {
      type: 'Normal',
      reason: 'FailedBinding',
      message: 'no persistent volumes available for this claim and no storage class is set',
    });
    return again;
  }
  if (!storageClass) {
    events.event(claim, {
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: `storageclass.storage.k8s.io "${storageClassName}" not found`,
    });
    return again;
  }
  const { provisioner } = storageClass;
  if (provisioner === 'kubernetes.io/no-provisioner') return again;
  if (claim.metadata.annotations?.[STORAGE_PROVISIONER] !== provisioner)
    return await nameProvisioner(deps, claim, { provisioner, signal });
  if (provisioner === LOCAL_PATH) return await provision(deps, claim, { storageClass, signal });
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  events.event(claim, { type: 'Normal', reason: 'ExternalProvisioning', message });
  return again;
}

async function nameProvisioner(
  { client }: ControllerDeps,
  claim: PersistentVolumeClaim,
  { provisioner, signal }: { provisioner: string; signal: AbortSignal },
): Promise<void> {
  const fresh = await client.get(persistentVolumeClaims, parseKey(keyOf(claim)), { signal });
  const annotations = {
    ...fresh.metadata.annotations,
    [STORAGE_PROVISIONER]: provisioner,
    [BETA_STORAGE_PROVISIONER]: provisioner,
  };
  await client.update(persistentVolumeClaims, { ...fresh, metadata: { ...fresh.metadata, annotations } }, { signal });
}

async function provision(
  { client, informers, events }: ControllerDeps,
  claim: PersistentVolumeClaim,
  { storageClass, signal }: { storageClass: StorageClass; signal: AbortSignal },
): Promise<ReconcileResult> {
  const nodeName = claim.metadata.annotations?.[SELECTED_NODE] ?? informers.for(nodes).list()[0]?.metadata.name;
  if (!nodeName) return { requeueAfterMs: RESYNC_MS };
  try {
    const volume = await client.create(persistentVolumes, localPathVolume(claim, storageClass, nodeName), { signal });
    events.event(claim, {
      type: 'Normal',
      reason: 'ProvisioningSucceeded',
      message: `Successfully provisioned volume ${volume.metadata.name}`,
    });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

async function reconcileVolume(deps: ControllerDeps, name: string, signal: AbortSignal): Promise<ReconcileResult> {
  const { client, informers } = deps;
  const volume = informers.for(persistentVolumes).get(name);
  if (!volume) return;
  if (volume.metadata.deletionTimestamp) return await releaseOfLostNode(deps, volume, signal);
  const ref = volume.spec.claimRef;
  if (!ref?.uid) {
    await volumePhase(client, { volume, phase: 'Available', signal });
    return;
  }
  const claim = await liveClaim(deps, volume, signal);
  if (claim) {
    if (claim.spec.volumeName === name) await volumePhase(client, { volume, phase: 'Bound', signal });
    return;
  }
  const released = await volumePhase(client, { volume, phase: 'Released', signal });
  if (released.spec.persistentVolumeReclaimPolicy === 'Delete') await reclaim(deps, released, signal);
}

/** The claim that the volume belongs to; asked of the server before the volume is given up. */
async function liveClaim(
  { client, informers }: ControllerDeps,
  { spec }: PersistentVolume,
  signal: AbortSignal,
): Promise<PersistentVolumeClaim | undefined> {
  const { namespace = '', name = '', uid } = spec.claimRef ?? {};
  const cached = informers.for(persistentVolumeClaims).get(`${namespace}/${name}`);
  if (cached?.metadata.uid === uid) return cached;
  try {
    const live = await client.get(persistentVolumeClaims, { namespace, name }, { signal });
    return live.metadata.uid === uid ? live : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function reclaim(
  { client, events }: ControllerDeps,
  volume: PersistentVolume,
  signal: AbortSignal,
): Promise<void> {
  const provisioner = volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'];
  if (provisioner === LOCAL_PATH) {
    try {
      await client.delete(
        persistentVolumes,
        { namespace: '', name: volume.metadata.name },
        { signal, preconditions: { uid: volume.metadata.uid } },
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  } else if (!provisioner) {
    const message =
      'Error getting deleter volume plugin for volume "' +
      volume.metadata.name +
      '": no deletable volume plugin matched';
    await volumePhase(client, { volume, phase: 'Failed', message, signal });
    events.event(volume, { type: 'Warning', reason: 'VolumeFailedDelete', message });
  }
}

/** A directory goes with its node; nobody is left to remove it. */
async function releaseOfLostNode(
  { client, informers }: ControllerDeps,
  volume: PersistentVolume,
  signal: AbortSignal,
): Promise<void> {
  const { finalizers = [] } = volume.metadata;
  if (!finalizers.includes(LOCAL_PATH_CLEANUP) || informers.for(nodes).get(nodeOf(volume) ?? '')) return;
  const rest = finalizers.filter((each) => each !== LOCAL_PATH_CLEANUP);
  await client.update(persistentVolumes, { ...volume, metadata: { ...volume.metadata, finalizers: rest } }, { signal });
}
