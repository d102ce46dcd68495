import { defineResource } from '#apimachinery/resource.ts';
import type { Service } from '#gen/core/v1.ts';
import { labelsCell } from '../../columns/selectors.ts';
import { externalIpCell, portsCell } from '../../columns/service.ts';
import { orNone } from '../../columns/text.ts';
import { defaultService } from '../../defaults/service.ts';

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
  columns: [
    { name: 'Type', type: 'string', of: ({ spec }) => spec.type ?? '' },
    { name: 'Cluster-IP', type: 'string', of: ({ spec }) => orNone(spec.clusterIP) },
    { name: 'External-IP', type: 'string', of: externalIpCell },
    { name: 'Port(s)', type: 'string', of: ({ spec }) => portsCell(spec.ports) },
    { name: 'Selector', type: 'string', priority: 1, of: ({ spec }) => labelsCell(spec.selector) },
  ],
  selectableFields: {
    'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '',
    'spec.type': ({ spec }) => spec.type ?? '',
  },
  defaults: defaultService,
});
