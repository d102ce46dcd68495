import { defineResource } from '#apimachinery/resource.ts';
import type { Endpoints } from '#gen/core/v1.ts';

export const endpoints = defineResource<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  listKind: 'EndpointsList',
  singular: 'endpoints',
  scope: 'Namespaced',
  shortNames: ['ep'],
});
