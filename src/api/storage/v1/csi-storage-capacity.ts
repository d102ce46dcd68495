import { defineResource } from '#apimachinery/resource.ts';
import type { CSIStorageCapacity } from '#gen/storage/v1.ts';

export const csiStorageCapacities = defineResource<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  scope: 'Namespaced',
});
