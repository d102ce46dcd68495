import { defineResource } from '#apimachinery/resource.ts';
import type { CSIDriver } from '#gen/storage/v1.ts';

export const csiDrivers = defineResource<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
});
