/** Keeps volumes and claims that are in use from vanishing. Source: kubernetes pkg/controller/volume/{pvc,pv}protection. */

import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import { keyOf } from '#apimachinery/object.ts';
import type { Pod } from '#gen/core/v1.ts';
import type { ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf, watch } from '#reconciler/mappings.ts';
import { isPodTerminal } from '#reconciler/pod-state.ts';

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';

/** The claims that a pod mounts, generic ephemeral ones included, as keys. */
export function claimsOf({ metadata, spec }: Pod): string[] {
  const names = (spec.volumes ?? []).map(
    ({ name, persistentVolumeClaim, ephemeral }) =>
      persistentVolumeClaim?.claimName ?? (ephemeral && `${metadata.name}-${name}`),
  );
  return names.filter((name) => name !== undefined).map((name) => `${metadata.namespace}/${name}`);
}

export const claimProtection: ControllerFactory = ({ client, informers }) => ({
  name: 'pvc-protection-controller',
  watches: [enqueueSelf(persistentVolumeClaims), watch(pods, claimsOf)],
  async reconcile({ key, signal }) {
    const claim = informers.for(persistentVolumeClaims).get(key);
    if (!claim) return;
    const { finalizers = [], deletionTimestamp, namespace } = claim.metadata;
    const has = finalizers.includes(CLAIM_FINALIZER);
    const write = (next: string[]) =>
      client.update(
        persistentVolumeClaims,
        { ...claim, metadata: { ...claim.metadata, finalizers: next } },
        { signal },
      );
    if (!deletionTimestamp && !has) await write([...finalizers, CLAIM_FINALIZER]);
    if (!deletionTimestamp || !has) return;
    // Only pods that were scheduled can use it. The server is asked, lest a pod be overlooked that came a moment ago.
    const { items } = await client.list(pods, { namespace, signal });
    const isUsed = items.some(
      (pod) => pod.spec.nodeName && !isPodTerminal(pod) && claimsOf(pod).includes(keyOf(claim)),
    );
    if (!isUsed) await write(finalizers.filter((each) => each !== CLAIM_FINALIZER));
  },
});

export const volumeProtection: ControllerFactory = ({ client, informers }) => ({
  name: 'pv-protection-controller',
  watches: [enqueueSelf(persistentVolumes)],
  async reconcile({ key, signal }) {
    const volume = informers.for(persistentVolumes).get(key);
    if (!volume) return;
    const { finalizers = [], deletionTimestamp } = volume.metadata;
    const has = finalizers.includes(VOLUME_FINALIZER);
    const write = (next: string[]) =>
      client.update(persistentVolumes, { ...volume, metadata: { ...volume.metadata, finalizers: next } }, { signal });
    if (!deletionTimestamp && !has) await write([...finalizers, VOLUME_FINALIZER]);
    if (deletionTimestamp && has && volume.status?.phase !== 'Bound')
      await write(finalizers.filter((each) => each !== VOLUME_FINALIZER));
  },
});
