import { defineResource } from '#apimachinery/resource.ts';
import type { NetworkPolicy } from '#gen/networking/v1.ts';

export const networkPolicies = defineResource<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  scope: 'Namespaced',
  shortNames: ['netpol'],
});
