import { defineResource } from '#apimachinery/resource.ts';
import type { PersistentVolume } from '#gen/core/v1.ts';
import { ageColumn } from '../../columns/age.ts';
import { UNSET } from '../../columns/text.ts';
import { accessModesCell, phaseCell, storageClassOf } from '../../columns/volume.ts';
import { defaultPersistentVolume } from '../../defaults/volume.ts';

export const persistentVolumes = defineResource<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  scope: 'Cluster',
  shortNames: ['pv'],
  subresources: [{ name: 'status', kind: 'PersistentVolume', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'Capacity', type: 'string', of: ({ spec }) => spec?.capacity?.['storage'] ?? '0' },
    { name: 'Access Modes', type: 'string', of: ({ spec }) => accessModesCell(spec?.accessModes) },
    { name: 'Reclaim Policy', type: 'string', of: ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '' },
    { name: 'Status', type: 'string', of: phaseCell },
    {
      name: 'Claim',
      type: 'string',
      of: ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : ''),
    },
    { name: 'StorageClass', type: 'string', of: storageClassOf },
    { name: 'VolumeAttributesClass', type: 'string', of: ({ spec }) => spec?.volumeAttributesClassName ?? UNSET },
    { name: 'Reason', type: 'string', of: ({ status }) => status?.reason ?? '' },
    ageColumn,
    { name: 'VolumeMode', type: 'string', priority: 1, of: ({ spec }) => spec?.volumeMode ?? UNSET },
  ],
  defaults: defaultPersistentVolume,
});
