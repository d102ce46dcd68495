import { defineResource } from '#apimachinery/resource.ts';
import type { Lease } from '#gen/coordination/v1.ts';

export const leases = defineResource<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  columns: [{ name: 'Holder', type: 'string', of: ({ spec }) => spec?.holderIdentity ?? '' }],
});
