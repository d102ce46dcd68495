import { defineResource } from '#apimachinery/resource.ts';
import type { CSIStorageCapacity } from '#gen/storage/v1.ts';
import { nameColumn } from '../../columns/age.ts';
import { withExactColumns } from '../../columns/exact.ts';

export const csiStorageCapacities = withExactColumns(
  defineResource<CSIStorageCapacity>({
    group: 'storage.k8s.io',
    version: 'v1',
    kind: 'CSIStorageCapacity',
    plural: 'csistoragecapacities',
    scope: 'Namespaced',
  }),
  [
    nameColumn,
    { name: 'StorageClassName', type: 'string', of: ({ storageClassName }) => storageClassName },
    { name: 'Capacity', type: 'string', of: ({ capacity }) => capacity ?? '<unset>' },
  ],
);
