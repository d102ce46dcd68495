import { defineResource } from '#apimachinery/resource.ts';
import type { EndpointSlice } from '#gen/discovery/v1.ts';
import { sliceEndpointsCell, slicePortsCell } from '../../columns/endpoints.ts';
import { defaultEndpointSlice } from '../../defaults/endpoints.ts';

export const endpointSlices = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
  columns: [
    { name: 'AddressType', type: 'string', of: ({ addressType }) => addressType },
    { name: 'Ports', type: 'string', of: slicePortsCell },
    { name: 'Endpoints', type: 'string', of: sliceEndpointsCell },
  ],
  defaults: defaultEndpointSlice,
});
