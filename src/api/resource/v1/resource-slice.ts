import { defineResource } from '#apimachinery/resource.ts';
import type { ResourceSlice } from '#gen/resource/v1.ts';

export const resourceSlices = defineResource<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
});
