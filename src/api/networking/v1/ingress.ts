import { defineResource } from '#apimachinery/resource.ts';
import type { Ingress } from '#gen/networking/v1.ts';
import { hostsCell, ingressClassOf } from '../../columns/ingress.ts';
import { loadBalancerAddresses } from '../../columns/load-balancer.ts';

export const ingresses = defineResource<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  scope: 'Namespaced',
  shortNames: ['ing'],
  subresources: [{ name: 'status', kind: 'Ingress', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'Class', type: 'string', of: ingressClassOf },
    { name: 'Hosts', type: 'string', of: ({ spec }) => hostsCell(spec) },
    { name: 'Address', type: 'string', of: ({ status }) => loadBalancerAddresses(status?.loadBalancer) },
    { name: 'Ports', type: 'string', of: ({ spec }) => (spec?.tls?.length ? '80, 443' : '80') },
  ],
});
