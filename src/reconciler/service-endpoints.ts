import type { ObjectReference, Pod, Service, ServicePort } from '#gen/core/v1.ts';
import { isPodTerminal } from '#reconciler/pod-state.ts';

/** Whether a service picks its pods by labels. */
export const isSelecting = ({ spec }: Service): boolean =>
  spec.type !== 'ExternalName' && Object.keys(spec.selector ?? {}).length > 0;

export const isPicked = ({ spec }: Service, { metadata }: Pod): boolean =>
  Object.entries(spec.selector ?? {}).every(([key, value]) => metadata.labels?.[key] === value);

export const ipsOf = ({ status }: Pod): string[] => {
  const ips = (status?.podIPs ?? []).map(({ ip }) => ip).filter((ip) => ip !== undefined);
  return ips.length > 0 ? ips : status?.podIP ? [status.podIP] : [];
};

export const addressTypeOf = (ip: string): 'IPv4' | 'IPv6' => (ip.includes(':') ? 'IPv6' : 'IPv4');

/** Whether a pod can stand among the endpoints at all. Source: endpointslice util.ShouldPodBeInEndpoints. */
export const isAddressable = (pod: Pod): boolean => ipsOf(pod).length > 0 && !isPodTerminal(pod);

/** The pod's name within its service's domain, if it asks for one. */
export function hostnameIn(service: Service, { spec, metadata }: Pod): string | undefined {
  return spec.hostname && spec.subdomain === service.metadata.name && service.metadata.namespace === metadata.namespace
    ? spec.hostname
    : undefined;
}

export const referenceTo = ({ metadata }: Pod): ObjectReference => ({
  kind: 'Pod',
  namespace: metadata.namespace,
  name: metadata.name,
  uid: metadata.uid,
});

/** The number that a service port has in this pod: given, or looked up by the container port's name. */
export function targetPortIn(pod: Pod, { targetPort, port, protocol = 'TCP' }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort === 0 ? port : targetPort;
  if (targetPort === undefined || targetPort === '') return port;
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...pod.spec.containers, ...sidecars]) {
    const found = container.ports?.find((each) => each.name === targetPort && (each.protocol ?? 'TCP') === protocol);
    if (found) return found.containerPort;
  }
  return undefined;
}
