import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { storageClasses } from '#api/storage/v1/storage-class.ts';
import type { PersistentVolumeClaim } from '#gen/core/v1.ts';
import type { AdmissionPlugin } from './admission.ts';
import { newestDefault } from './newest-default.ts';
import { isAbout } from './refuse.ts';

/** A claim that names no class gets the default one. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  handles: ['CREATE'],
  admit(request) {
    if (!isAbout(request, persistentVolumeClaims)) return;
    const claim = request.object as PersistentVolumeClaim;
    if (claim.spec?.storageClassName !== undefined) return;
    if (claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return;
    const chosen = newestDefault(request.reader.list(storageClasses), 'storageclass.kubernetes.io/is-default-class');
    if (chosen) claim.spec = { ...claim.spec, storageClassName: chosen.metadata.name };
  },
};
