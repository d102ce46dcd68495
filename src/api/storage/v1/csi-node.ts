import { defineResource } from '#apimachinery/resource.ts';
import type { CSINode } from '#gen/storage/v1.ts';

export const csiNodes = defineResource<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  columns: [{ name: 'Drivers', type: 'integer', of: ({ spec }) => spec?.drivers?.length ?? 0 }],
});
