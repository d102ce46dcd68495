import { defineResource } from '#apimachinery/resource.ts';
import type { ServiceCIDR } from '#gen/networking/v1.ts';

export const serviceCidrs = defineResource<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  subresources: [{ name: 'status', kind: 'ServiceCIDR', verbs: ['get', 'patch', 'update'] }],
  columns: [{ name: 'CIDRs', type: 'string', of: ({ spec }) => spec?.cidrs?.join(',') ?? '' }],
});
