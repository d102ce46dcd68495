import { defineResource } from '#apimachinery/resource.ts';
import type { Service } from '#gen/core/v1.ts';

export const services = defineResource<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  scope: 'Namespaced',
  shortNames: ['svc'],
  categories: ['all'],
  subresources: [
    { name: 'proxy', kind: 'ServiceProxyOptions', verbs: ['create', 'get'] },
    { name: 'status', kind: 'Service', verbs: ['get', 'patch', 'update'] },
  ],
});
