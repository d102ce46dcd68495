import { defineResource } from '#apimachinery/resource.ts';
import type { StorageClass } from '#gen/storage/v1.ts';

export const storageClasses = defineResource<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  scope: 'Cluster',
  shortNames: ['sc'],
});
