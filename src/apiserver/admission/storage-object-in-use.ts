import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isAbout } from './refuse.ts';

/** Volumes and claims in use wait with going away until nobody uses them. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: ['CREATE'],
  admit(request) {
    const { object } = request;
    if (!object) return;
    const finalizers = object.metadata.finalizers ?? [];
    const add = (name: string) => {
      if (!finalizers.includes(name)) object.metadata.finalizers = [...finalizers, name];
    };
    if (isAbout(request, persistentVolumes)) add('kubernetes.io/pv-protection');
    if (isAbout(request, persistentVolumeClaims)) add('kubernetes.io/pvc-protection');
  },
};
