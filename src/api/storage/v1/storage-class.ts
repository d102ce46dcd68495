import { defineResource } from '#apimachinery/resource.ts';
import type { StorageClass } from '#gen/storage/v1.ts';

const isDefaultClass = ({ metadata }: StorageClass): boolean =>
  metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ||
  metadata.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true';

export const storageClasses = defineResource<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  scope: 'Cluster',
  shortNames: ['sc'],
  columns: [
    {
      name: 'Name',
      type: 'string',
      format: 'name',
      of: (sc) => (isDefaultClass(sc) ? `${sc.metadata.name} (default)` : sc.metadata.name),
    },
    { name: 'Provisioner', type: 'string', of: ({ provisioner }) => provisioner },
    { name: 'ReclaimPolicy', type: 'string', of: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete' },
    { name: 'VolumeBindingMode', type: 'string', of: ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate' },
    { name: 'AllowVolumeExpansion', type: 'string', of: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false },
  ],
  defaults: (storageClass) => {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
});
