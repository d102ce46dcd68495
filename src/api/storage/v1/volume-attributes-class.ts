import { defineResource } from '#apimachinery/resource.ts';
import type { VolumeAttributesClass } from '#gen/storage/v1.ts';

export const volumeAttributesClasses = defineResource<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  scope: 'Cluster',
  shortNames: ['vac'],
  columns: [{ name: 'DriverName', type: 'string', of: ({ driverName }) => driverName }],
});
