import { defineResource } from '#apimachinery/resource.ts';
import type { ResourceSlice } from '#gen/resource/v1.ts';

export const resourceSlices = defineResource<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  columns: [
    { name: 'Node', type: 'string', of: ({ spec }) => spec?.nodeName ?? '<none>' },
    { name: 'Driver', type: 'string', of: ({ spec }) => spec?.driver ?? '' },
    { name: 'Pool', type: 'string', of: ({ spec }) => spec?.pool?.name ?? '' },
  ],
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    'spec.driver': ({ spec }) => spec?.driver ?? '',
  },
});
