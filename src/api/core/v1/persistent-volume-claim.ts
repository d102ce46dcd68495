import { defineResource } from '#apimachinery/resource.ts';
import type { PersistentVolumeClaim } from '#gen/core/v1.ts';
import { ageColumn } from '../../columns/age.ts';
import { UNSET } from '../../columns/text.ts';
import { claimCapacityCell, claimModesCell, phaseCell, storageClassOf } from '../../columns/volume.ts';
import { defaultPersistentVolumeClaim } from '../../defaults/volume.ts';

export const persistentVolumeClaims = defineResource<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  scope: 'Namespaced',
  shortNames: ['pvc'],
  subresources: [{ name: 'status', kind: 'PersistentVolumeClaim', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'Status', type: 'string', of: phaseCell },
    { name: 'Volume', type: 'string', of: ({ spec }) => spec?.volumeName ?? '' },
    { name: 'Capacity', type: 'string', of: claimCapacityCell },
    { name: 'Access Modes', type: 'string', of: claimModesCell },
    { name: 'StorageClass', type: 'string', of: storageClassOf },
    { name: 'VolumeAttributesClass', type: 'string', of: ({ spec }) => spec?.volumeAttributesClassName ?? UNSET },
    ageColumn,
    { name: 'VolumeMode', type: 'string', priority: 1, of: ({ spec }) => spec?.volumeMode ?? UNSET },
  ],
  defaults: defaultPersistentVolumeClaim,
});
