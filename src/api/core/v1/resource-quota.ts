import { defineResource } from '#apimachinery/resource.ts';
import type { ResourceQuota } from '#gen/core/v1.ts';
import { quotaLimitsCell, quotaRequestsCell } from '../../columns/quota.ts';

export const resourceQuotas = defineResource<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  scope: 'Namespaced',
  shortNames: ['quota'],
  subresources: [{ name: 'status', kind: 'ResourceQuota', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'Request', type: 'string', of: quotaRequestsCell },
    { name: 'Limit', type: 'string', of: quotaLimitsCell },
  ],
});
