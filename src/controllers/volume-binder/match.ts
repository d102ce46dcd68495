/** Which volume suits a claim. Source: kubernetes pkg/volume/persistentvolume/util.FindMatchingVolume. */

import { selects } from '#apimachinery/labels.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#gen/core/v1.ts';
import { compareQuantities } from './capacity.ts';

export const isClaimOf = ({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean => {
  const ref = spec.claimRef;
  if (!ref || ref.name !== metadata.name || ref.namespace !== metadata.namespace) return false;
  return !ref.uid || ref.uid === metadata.uid;
};

/** The smallest volume that fits; one reserved for the claim comes before all others. */
export function findMatch(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  onlyReserved: boolean,
): PersistentVolume | undefined {
  const fitting = volumes.filter((volume) => !volume.metadata.deletionTimestamp && fits(claim, volume));
  const reserved = fitting.find((volume) => isClaimOf(volume, claim));
  if (reserved || onlyReserved) return reserved;
  const free = fitting.filter(({ spec, status, metadata }) => {
    const isSelected = !claim.spec.selector || selects(claim.spec.selector, metadata.labels);
    return !spec.claimRef && status?.phase === 'Available' && isSelected;
  });
  return free.toSorted((a, b) => compareQuantities(a.spec.capacity?.storage, b.spec.capacity?.storage))[0];
}

function fits({ spec: wanted }: PersistentVolumeClaim, { spec: has }: PersistentVolume): boolean {
  return (
    (wanted.volumeMode ?? 'Filesystem') === (has.volumeMode ?? 'Filesystem') &&
    (wanted.storageClassName ?? '') === (has.storageClassName ?? '') &&
    (wanted.accessModes ?? []).every((mode) => has.accessModes?.includes(mode)) &&
    compareQuantities(has.capacity?.storage, wanted.resources?.requests?.storage) >= 0
  );
}
