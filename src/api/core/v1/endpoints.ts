import { defineResource } from '#apimachinery/resource.ts';
import type { Endpoints } from '#gen/core/v1.ts';
import { endpointsCell } from '../../columns/endpoints.ts';
import { defaultEndpoints } from '../../defaults/endpoints.ts';

export const endpoints = defineResource<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  listKind: 'EndpointsList',
  singular: 'endpoints',
  scope: 'Namespaced',
  shortNames: ['ep'],
  columns: [{ name: 'Endpoints', type: 'string', of: endpointsCell }],
  defaults: defaultEndpoints,
});
