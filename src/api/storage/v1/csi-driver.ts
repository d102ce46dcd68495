import { defineResource } from '#apimachinery/resource.ts';
import type { CSIDriver } from '#gen/storage/v1.ts';
import { defaultCsiDriver } from '../../defaults/csi-driver.ts';

export const csiDrivers = defineResource<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  columns: [
    { name: 'AttachRequired', type: 'boolean', of: ({ spec }) => spec.attachRequired ?? true },
    { name: 'PodInfoOnMount', type: 'boolean', of: ({ spec }) => spec.podInfoOnMount ?? false },
    { name: 'StorageCapacity', type: 'boolean', of: ({ spec }) => spec.storageCapacity ?? false },
    {
      name: 'TokenRequests',
      type: 'string',
      of: ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join(',') || '<unset>',
    },
    { name: 'RequiresRepublish', type: 'boolean', of: ({ spec }) => spec.requiresRepublish ?? false },
    { name: 'Modes', type: 'string', of: ({ spec }) => spec.volumeLifecycleModes?.join(',') || '<none>' },
  ],
  defaults: defaultCsiDriver,
});
