/** The slices that a service should have, and how to get there from those it has. Source: kubernetes staging endpointslice reconciler. */
import { isDeepStrictEqual } from 'node:util';
import type { Node, Pod, Service } from '#gen/core/v1.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '#gen/discovery/v1.ts';
import { isPodReady } from '#reconciler/pod-state.ts';
import {
  addressTypeOf,
  hostnameIn,
  ipsOf,
  isAddressable,
  referenceTo,
  targetPortIn,
} from '#reconciler/service-endpoints.ts';
import { canonicalJson } from '#reconciler/template-hash.ts';
import { sliceLabels } from './labels.ts';

/** Source: endpointslice controller's --max-endpoints-per-slice. */
export const MAX_PER_SLICE = 100;

export interface SlicePlan {
  readonly create: SliceContent[];
  readonly update: EndpointSlice[];
  readonly remove: EndpointSlice[];
}

export interface SliceContent {
  readonly addressType: string;
  readonly endpoints: Endpoint[];
  readonly ports: EndpointPort[];
  readonly labels: Record<string, string>;
}

interface Group {
  readonly addressType: string;
  readonly ports: EndpointPort[];
  readonly endpoints: Endpoint[];
}

export interface World {
  readonly service: Service;
  readonly pods: readonly Pod[];
  readonly slices: readonly EndpointSlice[];
  readonly node: (name: string) => Node | undefined;
}

export function planSlices(world: World): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], remove: [] };
  const labels = sliceLabels(world.service);
  const kept = new Set<EndpointSlice>();
  for (const group of desiredGroups(world)) {
    const matching = world.slices.filter(
      (slice) => slice.addressType === group.addressType && samePorts(slice.ports ?? [], group.ports),
    );
    fill(plan, { group, matching, labels, kept });
  }
  plan.remove.push(...world.slices.filter((slice) => !kept.has(slice)));
  return plan;
}

function desiredGroups(world: World): Group[] {
  const groups = new Map<string, Group>();
  for (const addressType of addressTypes(world.service)) {
    // A service without endpoints still shows one empty slice of each of its families.
    const before = groups.size;
    for (const pod of world.pods.filter(isAddressable)) addPod(groups, { world, pod, addressType });
    if (groups.size === before) groups.set(`${addressType} none`, { addressType, ports: [], endpoints: [] });
  }
  return [...groups.values()];
}

function addPod(
  groups: Map<string, Group>,
  { world, pod, addressType }: { world: World; pod: Pod; addressType: string },
): void {
  const addresses = ipsOf(pod).filter((ip) => addressTypeOf(ip) === addressType);
  if (addresses.length === 0) return;
  const ports = portsIn(world.service, pod);
  const id = `${addressType} ${canonicalJson(ports)}`;
  const group = groups.get(id) ?? { addressType, ports, endpoints: [] };
  group.endpoints.push(endpointOf(world, pod, addresses.slice(0, 1)));
  groups.set(id, group);
}

function addressTypes({ spec }: Service): string[] {
  const families = (spec.ipFamilies ?? []).filter((family) => family !== '');
  if (families.length > 0) return families;
  return [spec.clusterIP && spec.clusterIP !== 'None' ? addressTypeOf(spec.clusterIP) : 'IPv4'];
}

function portsIn(service: Service, pod: Pod): EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const port of service.spec.ports ?? []) {
    const number = targetPortIn(pod, port);
    if (number === undefined) continue;
    const { name = '', protocol = 'TCP', appProtocol } = port;
    ports.push({ name, protocol, port: number, ...(appProtocol && { appProtocol }) });
  }
  return ports;
}

export function endpointOf(
  { service, node }: Pick<World, 'service' | 'node'>,
  pod: Pod,
  addresses: string[],
): Endpoint {
  const isTerminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isPodReady(pod);
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !isTerminating);
  const { nodeName } = pod.spec;
  const zone = nodeName ? node(nodeName)?.metadata.labels?.['topology.kubernetes.io/zone'] : undefined;
  const hostname = hostnameIn(service, pod);
  return {
    addresses,
    conditions: { ready, serving, terminating: isTerminating },
    ...(hostname && { hostname }),
    targetRef: referenceTo(pod),
    ...(nodeName && { nodeName }),
    ...(zone && { zone }),
  };
}

const samePorts = (a: readonly EndpointPort[], b: readonly EndpointPort[]): boolean =>
  canonicalJson(sorted(a)) === canonicalJson(sorted(b));

const sorted = (ports: readonly EndpointPort[]): EndpointPort[] =>
  ports
    .map((port) => ({ ...port, name: port.name ?? '' }))
    .sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));

interface Filling {
  readonly group: Group;
  readonly matching: readonly EndpointSlice[];
  readonly labels: Record<string, string>;
  readonly kept: Set<EndpointSlice>;
}

const identityOf = ({ targetRef, addresses }: Endpoint): string => `${targetRef?.uid ?? ''} ${addresses[0] ?? ''}`;

/** Endpoints stay in the slice that holds them; new ones go where there is room, then into new slices. */
function fill(plan: SlicePlan, { group, matching, labels, kept }: Filling): void {
  const waiting = new Map(group.endpoints.map((endpoint) => [identityOf(endpoint), endpoint]));
  const contents = matching.map((slice) => {
    const endpoints: Endpoint[] = [];
    for (const old of slice.endpoints ?? []) {
      const fresh = waiting.get(identityOf(old));
      if (!fresh) continue;
      endpoints.push(fresh);
      waiting.delete(identityOf(old));
    }
    return { slice, endpoints };
  });
  for (const { endpoints } of contents) {
    for (const [id, endpoint] of waiting) {
      if (endpoints.length >= MAX_PER_SLICE) break;
      endpoints.push(endpoint);
      waiting.delete(id);
    }
  }
  const hasContent = contents.some(({ endpoints }) => endpoints.length > 0) || waiting.size > 0;
  for (const [index, { slice, endpoints }] of contents.entries()) {
    if (endpoints.length === 0 && (hasContent || index > 0)) continue;
    kept.add(slice);
    const hasLabels = Object.entries(labels).every(([key, value]) => slice.metadata.labels?.[key] === value);
    if (isDeepStrictEqual(slice.endpoints ?? [], endpoints) && hasLabels) continue;
    plan.update.push({ ...slice, endpoints, metadata: { ...slice.metadata, labels: { ...labels } } });
  }
  const rest = [...waiting.values()];
  const isMissing = rest.length === 0 && contents.length === 0;
  if (isMissing) plan.create.push({ addressType: group.addressType, ports: group.ports, endpoints: [], labels });
  for (let from = 0; from < rest.length; from += MAX_PER_SLICE) {
    plan.create.push({
      addressType: group.addressType,
      ports: group.ports,
      endpoints: rest.slice(from, from + MAX_PER_SLICE),
      labels,
    });
  }
}
