import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { matchesNodeSelector } from '#api/node-selector.ts';
import { storageClasses } from '#api/storage/v1/storage-class.ts';
import { copyOf } from '#apimachinery/object.ts';
import { compareQuantities } from '#apimachinery/quantity.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '#gen/core/v1.ts';
import {
  type Handle,
  type PluginFactory,
  type Status,
  skip,
  success,
  unresolvable,
  unschedulable,
} from '../framework.ts';

const NAME = 'VolumeBinding';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';
const BIND_WITHIN_MS = 600_000;

interface Claims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Of a class that waits for the first consumer: bound once the pod's node is chosen. */
  readonly waiting: readonly PersistentVolumeClaim[];
}

/**
 * Places a pod where its volumes can be: bound ones by their node affinity; claims that wait for their first consumer
 * where a volume fits or one can be made, which is then bound before the pod is. Source: volumebinding plugin.
 */
export const volumeBinding: PluginFactory = (handle) => ({
  name: NAME,
  eventsToRegister: [
    { resource: 'persistentvolumeclaims', actions: ['add', 'update'] },
    { resource: 'persistentvolumes', actions: ['add', 'update'] },
    { resource: 'storageclasses', actions: ['add', 'update'] },
    { resource: 'nodes', actions: ['add', 'update'] },
  ],
  preFilter(state, pod) {
    const found = claimsOf(handle, pod);
    if ('status' in found) return found;
    if (found.bound.length + found.waiting.length === 0) return { status: skip };
    state.set(NAME, found);
    return { status: success };
  },
  filter(state, _, { node }) {
    const claims = state.get(NAME) as Claims | undefined;
    return claims ? checkNode(handle, claims, node) : success;
  },
  async preBind(state, _, nodeName) {
    const claims = state.get(NAME) as Claims | undefined;
    if (!claims || claims.waiting.length === 0) return success;
    for (const claim of claims.waiting) await selectNode(handle, claim, nodeName);
    return waitUntilBound(handle, claims.waiting);
  },
});

function claimNamesOf(pod: Pod): string[] {
  return (pod.spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${pod.metadata.name}-${name}`] : [];
  });
}

function claimsOf({ informers }: Handle, pod: Pod): Claims | { status: Status } {
  const claims = { bound: [] as PersistentVolumeClaim[], waiting: [] as PersistentVolumeClaim[] };
  for (const name of claimNamesOf(pod)) {
    const claim = informers.for(persistentVolumeClaims).get(`${pod.metadata.namespace}/${name}`);
    if (!claim) return { status: unresolvable(`persistentvolumeclaim "${name}" not found`) };
    if (claim.metadata.deletionTimestamp) {
      return { status: unresolvable(`persistentvolumeclaim "${name}" is being deleted`) };
    }
    if (claim.status.phase === 'Lost') {
      return {
        status: unresolvable(
          `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`,
        ),
      };
    }
    if (claim.spec.volumeName && claim.status.phase === 'Bound') claims.bound.push(claim);
    else if (waitsForConsumer(informers, claim)) claims.waiting.push(claim);
    else return { status: unresolvable('pod has unbound immediate PersistentVolumeClaims') };
  }
  return claims;
}

function waitsForConsumer(informers: Handle['informers'], claim: PersistentVolumeClaim): boolean {
  const storageClass = informers.for(storageClasses).get(claim.spec.storageClassName ?? '');
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

function checkNode(handle: Handle, { bound, waiting }: Claims, node: Node): Status {
  const volumes = handle.informers.for(persistentVolumes);
  for (const { spec } of bound) {
    const volume = volumes.get(spec.volumeName ?? '');
    if (!volume) return unresolvable('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
    const required = volume.spec.nodeAffinity?.required;
    if (required && !matchesNodeSelector(required, node)) {
      return unresolvable("node(s) didn't match PersistentVolume's node affinity");
    }
  }
  for (const claim of waiting) {
    if (!volumes.list().some((volume) => fits(volume, claim, node)) && !canProvision(handle, claim)) {
      return unschedulable("node(s) didn't find available persistent volumes to bind");
    }
  }
  return success;
}

function fits(volume: PersistentVolume, claim: PersistentVolumeClaim, node: Node): boolean {
  const isFree = volume.status.phase === 'Available' || volume.spec.claimRef?.uid === claim.metadata.uid;
  const capacity = volume.spec.capacity?.['storage'] ?? '0';
  const asked = claim.spec.resources?.requests?.['storage'] ?? '0';
  const required = volume.spec.nodeAffinity?.required;
  return (
    isFree &&
    (volume.spec.storageClassName ?? '') === (claim.spec.storageClassName ?? '') &&
    (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode)) &&
    compareQuantities(capacity, asked) >= 0 &&
    (!required || matchesNodeSelector(required, node))
  );
}

function canProvision({ informers }: Handle, claim: PersistentVolumeClaim): boolean {
  const storageClass = informers.for(storageClasses).get(claim.spec.storageClassName ?? '');
  return storageClass !== undefined && storageClass.provisioner !== NO_PROVISIONER;
}

/** Tells binder and provisioner where the volume must be. */
async function selectNode({ client, signal }: Handle, claim: PersistentVolumeClaim, nodeName: string): Promise<void> {
  if (claim.metadata.annotations?.[SELECTED_NODE] === nodeName) return;
  const next = copyOf(claim);
  next.metadata.annotations = { ...next.metadata.annotations, [SELECTED_NODE]: nodeName };
  await client.update(persistentVolumeClaims, next, { signal });
}

async function waitUntilBound(
  { informers, signal }: Handle,
  waiting: readonly PersistentVolumeClaim[],
): Promise<Status> {
  const informer = informers.for(persistentVolumeClaims);
  const isBound = ({ metadata }: PersistentVolumeClaim) =>
    informer.get(`${metadata.namespace}/${metadata.name}`)?.status.phase === 'Bound';
  const giveUp = AbortSignal.any([signal, AbortSignal.timeout(BIND_WITHIN_MS)]);
  return new Promise((resolve) => {
    const settle = (status: Status) => {
      unsubscribe();
      giveUp.removeEventListener('abort', onAbort);
      resolve(status);
    };
    const onAbort = () => settle({ code: 'Error', reasons: ['timed out waiting for the condition'] });
    const unsubscribe = informer.onChange(() => {
      if (waiting.every(isBound)) queueMicrotask(() => settle(success));
    });
    giveUp.addEventListener('abort', onAbort, { once: true });
    if (waiting.every(isBound)) settle(success);
  });
}
