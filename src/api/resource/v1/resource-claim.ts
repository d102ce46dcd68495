import { defineResource } from '#apimachinery/resource.ts';
import type { ResourceClaim } from '#gen/resource/v1.ts';

function stateCell({ metadata, status }: ResourceClaim): string {
  const isGoing = metadata.deletionTimestamp !== undefined;
  const states = isGoing ? ['deleted'] : [];
  if (status?.allocation) {
    states.push('allocated');
    if (status.reservedFor?.length) states.push('reserved');
  } else if (!isGoing) states.push('pending');
  return states.join(',');
}

export const resourceClaims = defineResource<ResourceClaim>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  scope: 'Namespaced',
  subresources: [{ name: 'status', kind: 'ResourceClaim', verbs: ['get', 'patch', 'update'] }],
  columns: [{ name: 'State', type: 'string', of: stateCell }],
});
