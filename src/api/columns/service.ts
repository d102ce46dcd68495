import type { Service, ServicePort } from '#gen/core/v1.ts';
import { loadBalancerAddresses } from './load-balancer.ts';
import { NONE, orNone } from './text.ts';

function balancerCell({ spec, status }: Service): string {
  const assigned = loadBalancerAddresses(status?.loadBalancer);
  const all = [...(assigned ? assigned.split(',') : []), ...(spec.externalIPs ?? [])];
  return all.length > 0 ? all.join(',') : '<pending>';
}

export function externalIpCell(service: Service): string {
  const { type, externalIPs, externalName } = service.spec;
  if (type === 'LoadBalancer') return balancerCell(service);
  if (type === 'ExternalName') return externalName ?? '';
  if (type === 'ClusterIP' || type === 'NodePort') return orNone(externalIPs?.join(','));
  return '<unknown>';
}

function portText({ port, nodePort, protocol }: ServicePort): string {
  return nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
}

/** `80/TCP`, or `80:30080/TCP` with a node port. */
export function portsCell(ports: readonly ServicePort[] | undefined): string {
  return ports && ports.length > 0 ? ports.map(portText).join(',') : NONE;
}
