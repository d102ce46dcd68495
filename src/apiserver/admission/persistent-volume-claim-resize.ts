import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { storageClasses } from '#api/storage/v1/storage-class.ts';
import { compareQuantities } from '#apimachinery/quantity.ts';
import type { PersistentVolumeClaim } from '#gen/core/v1.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isAbout, refuse } from './refuse.ts';

/** A bound claim grows only where its class says that its volumes can. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  handles: ['UPDATE'],
  validate(request) {
    if (!isAbout(request, persistentVolumeClaims)) return;
    const next = request.object as PersistentVolumeClaim;
    const old = request.oldObject as PersistentVolumeClaim;
    if (!grows(old, next)) return;
    if (old.status?.phase !== 'Bound') throw refuse(request, 'Only bound persistent volume claims can be expanded');
    const name = next.spec?.storageClassName ?? '';
    const chosen = name ? request.reader.get(storageClasses, { namespace: '', name }) : undefined;
    if (chosen?.allowVolumeExpansion) return;
    throw refuse(
      request,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
};

function grows(old: PersistentVolumeClaim, next: PersistentVolumeClaim): boolean {
  const before = old.spec?.resources?.requests?.['storage'];
  const after = next.spec?.resources?.requests?.['storage'];
  if (before === undefined || after === undefined || before === after) return false;
  return compareQuantities(after, before) > 0;
}
