import { defineResource } from '#apimachinery/resource.ts';
import type { NetworkPolicy } from '#gen/networking/v1.ts';
import { selectorCell } from '../../columns/selectors.ts';
import { defaultNetworkPolicy } from '../../defaults/network-policy.ts';

export const networkPolicies = defineResource<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  scope: 'Namespaced',
  shortNames: ['netpol'],
  columns: [{ name: 'Pod-Selector', type: 'string', of: ({ spec }) => selectorCell(spec?.podSelector) }],
  defaults: defaultNetworkPolicy,
});
