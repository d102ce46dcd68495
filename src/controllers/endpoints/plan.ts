/** The older Endpoints of a service. Source: kubernetes pkg/controller/endpoint and pkg/api/v1/endpoints.RepackSubsets. */
import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from '#gen/core/v1.ts';
import { isPodReady } from '#reconciler/pod-state.ts';
import { canonicalJson } from '#reconciler/template-hash.ts';

/** More addresses than this are cut off, and an annotation says so. */
export const MAX_ADDRESSES = 1000;

export interface PodPort {
  readonly pod: Pod;
  readonly ip: string;
  readonly hostname?: string | undefined;
  readonly ports: readonly EndpointPort[];
}

export function planSubsets(service: Service, members: readonly PodPort[]): EndpointSubset[] {
  const subsets = new Map<
    string,
    { addresses: EndpointAddress[]; notReadyAddresses: EndpointAddress[]; ports: EndpointPort[] }
  >();
  for (const { pod, ip, hostname, ports } of members) {
    const isReady =
      service.spec.publishNotReadyAddresses === true || (isPodReady(pod) && !pod.metadata.deletionTimestamp);
    if (!isReady && !countsAsNotReady(pod)) continue;
    const id = canonicalJson(ports);
    const subset = subsets.get(id) ?? { addresses: [], notReadyAddresses: [], ports: [...ports] };
    (isReady ? subset.addresses : subset.notReadyAddresses).push(addressOf(pod, ip, hostname));
    subsets.set(id, subset);
  }
  return [...subsets.values()].sort((a, b) => (canonicalJson(a.ports) < canonicalJson(b.ports) ? -1 : 1)).map(trimmed);
}

/** A pod that will never come back is no endpoint, ready or not. */
function countsAsNotReady({ spec, status, metadata }: Pod): boolean {
  if (metadata.deletionTimestamp) return false;
  if (spec.restartPolicy === 'Never') return status?.phase !== 'Failed' && status?.phase !== 'Succeeded';
  if (spec.restartPolicy === 'OnFailure') return status?.phase !== 'Succeeded';
  return true;
}

function addressOf({ metadata, spec }: Pod, ip: string, hostname: string | undefined): EndpointAddress {
  const targetRef = { kind: 'Pod', namespace: metadata.namespace, name: metadata.name, uid: metadata.uid };
  return { ip, ...(hostname && { hostname }), ...(spec.nodeName && { nodeName: spec.nodeName }), targetRef };
}

const byIp = (a: EndpointAddress, b: EndpointAddress): number => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0);

function trimmed({
  addresses,
  notReadyAddresses,
  ports,
}: Required<EndpointSubset> & {
  addresses: EndpointAddress[];
  notReadyAddresses: EndpointAddress[];
  ports: EndpointPort[];
}): EndpointSubset {
  return {
    ...(addresses.length > 0 && { addresses: addresses.sort(byIp).slice(0, MAX_ADDRESSES) }),
    ...(notReadyAddresses.length > 0 && {
      notReadyAddresses: notReadyAddresses.sort(byIp).slice(0, Math.max(0, MAX_ADDRESSES - addresses.length)),
    }),
    ...(ports.length > 0 && { ports }),
  };
}
