import { defineResource } from '#apimachinery/resource.ts';
import type { EndpointSlice } from '#gen/discovery/v1.ts';

export const endpointSlices = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
});
