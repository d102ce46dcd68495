import type { Service, ServicePort } from '#gen/core/v1.ts';
import type { EndpointSlice } from '#gen/discovery/v1.ts';
import { type NodeTopology, type PlannedEndpoints, planEndpoints } from './plan-endpoints.ts';
import { distinctRanges } from './source-ranges.ts';
import type { Frontend, Protocol } from './state.ts';

const PROXY_NAME_LABEL = 'service.kubernetes.io/service-proxy-name';

/** All that clients can dial to reach one Service. Source: upstream pkg/proxy (service proxy contract). */
export function planService(
  service: Service,
  slices: readonly EndpointSlice[],
  node: NodeTopology,
): readonly Frontend[] {
  const { spec } = service;
  if (!spec || !isIPv4(spec.clusterIP) || spec.type === 'ExternalName') return [];
  if (service.metadata.labels?.[PROXY_NAME_LABEL] !== undefined) return [];
  return (spec.ports ?? []).flatMap((port) => planPort(service, port, planEndpoints(slices, port.name ?? '', node)));
}

/** Names, IPv6 and `None` are not for this table. */
function isIPv4(address: string | undefined): address is string {
  return address !== undefined && /^\d+\.\d+\.\d+\.\d+$/.test(address);
}

function planPort(service: Service, port: ServicePort, endpoints: PlannedEndpoints): readonly Frontend[] {
  const { spec, metadata } = service;
  const protocol = (port.protocol ?? 'TCP').toLowerCase() as Protocol;
  const affinitySeconds = affinityOf(service);
  const common = {
    service: `${metadata.namespace}/${metadata.name}${port.name ? `:${port.name}` : ''}`,
    protocol,
    ...(affinitySeconds !== undefined && { affinitySeconds }),
  };
  const external = { ...common, ...externalPolicy(service, endpoints), isClusterIP: false };
  const at = (address: string) => ({ id: `${address}/${protocol}/${port.port}`, address, port: port.port });
  const internal = { ...common, ...internalPolicy(service, endpoints), isClusterIP: true };
  const { nodePort } = port;
  return [
    ...[spec?.clusterIP].filter(isIPv4).map((address) => ({ ...internal, ...at(address) })),
    ...(spec?.externalIPs ?? []).filter(isIPv4).map((address) => ({ ...external, ...at(address) })),
    ...balancerAddresses(service).map((address) => ({ ...external, ...at(address), ...sourcesOf(service) })),
    ...(nodePort ? [{ ...external, id: `nodeport/${protocol}/${nodePort}`, address: undefined, port: nodePort }] : []),
  ];
}

/** Addresses whose packets reach the nodes as they are; mode `Proxy` means that the balancer rewrites them. */
function balancerAddresses({ status }: Service): readonly string[] {
  const ingress = status?.loadBalancer?.ingress ?? [];
  return ingress.flatMap(({ ip, ipMode }) => (isIPv4(ip) && ipMode !== 'Proxy' ? [ip] : []));
}

function sourcesOf({ spec }: Service): Pick<Frontend, 'sourceRanges'> {
  const sourceRanges = distinctRanges(spec?.loadBalancerSourceRanges ?? []);
  return sourceRanges.length > 0 ? { sourceRanges } : {};
}

const DEFAULT_AFFINITY_SECONDS = 10_800;

function affinityOf({ spec }: Service): number | undefined {
  if (spec?.sessionAffinity !== 'ClientIP') return undefined;
  return spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS;
}

type Policy = Pick<Frontend, 'endpoints' | 'outside' | 'masquerade' | 'whenEmpty'>;

function internalPolicy({ spec }: Service, { cluster, local }: PlannedEndpoints): Policy {
  if (spec?.internalTrafficPolicy !== 'Local')
    return { endpoints: cluster, masquerade: 'not-pods', whenEmpty: 'reject' };
  return { endpoints: local, masquerade: 'not-pods', whenEmpty: cluster.length > 0 ? 'drop' : 'reject' };
}

/** With `Local`, clients of the cluster still reach all endpoints, and strangers keep their source address. */
function externalPolicy({ spec }: Service, { cluster, local }: PlannedEndpoints): Policy {
  if (spec?.externalTrafficPolicy !== 'Local') return { endpoints: cluster, masquerade: 'all', whenEmpty: 'reject' };
  return {
    endpoints: cluster,
    outside: local,
    masquerade: 'not-pods',
    whenEmpty: cluster.length > 0 ? 'drop' : 'reject',
  };
}
