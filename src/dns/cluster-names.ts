import { namespaces } from '#api/core/v1/namespace.ts';
import { services } from '#api/core/v1/service.ts';
import { endpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import type { InformerSet } from '#client/informer.ts';
import type { Service } from '#gen/core/v1.ts';
import type { Endpoint, EndpointSlice } from '#gen/discovery/v1.ts';
import { addressOfLabel, canonicalAddress, labelOfAddress } from './addresses.ts';

/** What stands behind a name. */
export interface Target {
  /** Its own name, below the zone: `web.default.svc`. */
  readonly name: string;
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
  /** Set for a Service of type ExternalName, and then alone. */
  readonly externalName?: string | undefined;
}

/** What the zone holds at this moment. */
export interface ClusterNames {
  /** Targets of a name below the zone, none when it exists without records; undefined when it does not exist. */
  find(labels: readonly string[]): readonly Target[] | undefined;
  /** Names below the zone that an address has. */
  namesOf(address: string): readonly string[];
}

const SERVICE_LABEL = 'kubernetes.io/service-name';

/** Reads Services, EndpointSlices and Namespaces from informers; answers from memory. */
export function clusterNames(informers: InformerSet): ClusterNames {
  const serviceCache = informers.for(services);
  const sliceCache = informers.for(endpointSlices);
  const namespaceCache = informers.for(namespaces);
  serviceCache.addIndex('dns/address', (service) => clusterIpsOf(service).map(canonicalAddress));
  sliceCache.addIndex('dns/service', ({ metadata }) => {
    const name = metadata.labels?.[SERVICE_LABEL];
    return name ? [`${metadata.namespace ?? ''}/${name}`] : [];
  });
  sliceCache.addIndex('dns/address', ({ endpoints = [] }) =>
    endpoints.flatMap(({ addresses }) => addresses.map(canonicalAddress)),
  );

  function findService(namespace: string, name: string, port?: PortName): readonly Target[] | undefined {
    const service = serviceCache.get(`${namespace}/${name}`);
    if (!service) return undefined;
    const own = `${name}.${namespace}.svc`;
    const { externalName } = service.spec;
    if (service.spec.type === 'ExternalName')
      return [{ name: own, addresses: [], ports: [], externalName: externalName ?? '' }];
    if (!isHeadless(service)) return findClusterIp(service, own, port);
    const targets = endpointTargets(service, port).filter(({ addresses }) => addresses.length > 0);
    return targets.length > 0 ? targets : undefined;
  }

  function endpointTargets(service: Service, port?: PortName): Target[] {
    const { namespace = '', name } = service.metadata;
    const isListed = (endpoint: Endpoint) =>
      service.spec.publishNotReadyAddresses === true || endpoint.conditions?.ready !== false;
    return sliceCache.byIndex('dns/service', `${namespace}/${name}`).flatMap((slice) => {
      const ports = portsOf(slice, port);
      if (slice.addressType === 'FQDN' || (port && ports.length === 0)) return [];
      return (slice.endpoints ?? []).filter(isListed).flatMap((endpoint) =>
        endpoint.addresses.map((address) => {
          return {
            name: `${endpoint.hostname || labelOfAddress(address)}.${name}.${namespace}.svc`,
            addresses: [address],
            ports,
          };
        }),
      );
    });
  }

  function findEndpoint(namespace: string, name: string, hostname: string): readonly Target[] | undefined {
    const service = serviceCache.get(`${namespace}/${name}`);
    const own = `${hostname}.${name}.${namespace}.svc`;
    const found = service ? endpointTargets(service).filter((target) => target.name === own) : [];
    return found.length > 0 ? found : undefined;
  }

  function findPod(namespace: string, label: string): readonly Target[] | undefined {
    const address = addressOfLabel(label);
    if (address === undefined || !namespaceCache.get(namespace)) return undefined;
    return [{ name: `${label}.${namespace}.pod`, addresses: [address], ports: [] }];
  }

  function find(labels: readonly string[]): readonly Target[] | undefined {
    const [kind, namespace, name, ...rest] = labels.toReversed();
    if (kind !== 'svc' && kind !== 'pod') return undefined;
    if (namespace === undefined) return [];
    if (name === undefined) return namespaceCache.get(namespace) ? [] : undefined;
    if (kind === 'pod') return rest.length === 0 ? findPod(namespace, name) : undefined;
    if (rest.length === 0) return findService(namespace, name);
    const [last, first, ...others] = rest;
    if (others.length > 0 || last === undefined) return undefined;
    if (first === undefined) return findEndpoint(namespace, name, last);
    const isPort = first.startsWith('_') && last.startsWith('_');
    return isPort ? findService(namespace, name, { name: first.slice(1), protocol: last.slice(1) }) : undefined;
  }

  function namesOf(address: string): readonly string[] {
    const byService = serviceCache
      .byIndex('dns/address', address)
      .map(({ metadata }) => `${metadata.name}.${metadata.namespace}.svc`);
    if (byService.length > 0) return byService;
    const named = sliceCache.byIndex('dns/address', address).flatMap((slice) => {
      const service = slice.metadata.labels?.[SERVICE_LABEL];
      const endpoint = slice.endpoints?.find(({ addresses }) => addresses.map(canonicalAddress).includes(address));
      if (!service || !endpoint) return [];
      return [`${endpoint.hostname || labelOfAddress(address)}.${service}.${slice.metadata.namespace}.svc`];
    });
    return [...new Set(named)];
  }

  return { find, namesOf };
}

interface PortName {
  readonly name: string;
  readonly protocol: string;
}

const clusterIpsOf = ({ spec }: Service): readonly string[] =>
  (spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : [])).filter(
    (address) => address !== '' && address !== 'None',
  );

const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None';

const isPort = (
  wanted: PortName | undefined,
  port: { name?: string | undefined; protocol?: string | undefined },
): boolean =>
  !wanted || (wanted.name === (port.name ?? '') && wanted.protocol === (port.protocol ?? 'TCP').toLowerCase());

function findClusterIp(service: Service, name: string, port: PortName | undefined): readonly Target[] | undefined {
  const ports = (service.spec.ports ?? []).filter((one) => isPort(port, one)).map((one) => one.port);
  if (port && ports.length === 0) return undefined;
  return [{ name, addresses: clusterIpsOf(service), ports }];
}

function portsOf(slice: EndpointSlice, wanted: PortName | undefined): number[] {
  return (slice.ports ?? [])
    .filter((one) => isPort(wanted, one))
    .flatMap(({ port }) => (port === undefined ? [] : [port]));
}
