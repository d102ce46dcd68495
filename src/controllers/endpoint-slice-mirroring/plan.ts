/** The slices that mirror a hand-made Endpoints object. Source: kubernetes pkg/controller/endpointslicemirroring. */
import { isDeepStrictEqual } from 'node:util';
import type { EndpointAddress, EndpointSubset, Endpoints } from '#gen/core/v1.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '#gen/discovery/v1.ts';
import { addressTypeOf } from '#reconciler/service-endpoints.ts';
import { canonicalJson } from '#reconciler/template-hash.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const MIRRORER = 'endpointslicemirroring-controller.k8s.io';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';

/** More addresses of one subset than this are not mirrored. Source: --mirroring-max-endpoints-per-subset. */
export const MAX_PER_SUBSET = 1000;

export interface MirrorSlice {
  readonly addressType: 'IPv4' | 'IPv6';
  readonly endpoints: Endpoint[];
  readonly ports: EndpointPort[];
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

/** Whether the endpoints ask to be mirrored: not those of leader election, nor those that say no. */
export const isMirrored = ({ metadata }: Endpoints): boolean =>
  metadata.labels?.[SKIP] !== 'true' && metadata.annotations?.[LEADER] === undefined;

export function mirrorOf(endpoints: Endpoints): MirrorSlice[] {
  const { name, labels = {}, annotations = {} } = endpoints.metadata;
  const { [LAST_APPLIED]: _, [TRIGGER]: __, ...kept } = annotations;
  const marks = { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: MIRRORER };
  const slices = new Map<string, MirrorSlice>();
  for (const subset of endpoints.subsets ?? []) {
    const ports = portsOf(subset);
    for (const { address, ready } of addressesOf(subset)) {
      const addressType = addressTypeOf(address.ip);
      const id = `${addressType} ${canonicalJson(ports)}`;
      const slice: MirrorSlice = slices.get(id) ?? {
        addressType,
        endpoints: [],
        ports,
        labels: marks,
        annotations: kept,
      };
      slice.endpoints.push(endpointOf(address, ready));
      slices.set(id, slice);
    }
  }
  return [...slices.values()];
}

const addressesOf = ({ addresses = [], notReadyAddresses = [] }: EndpointSubset) =>
  [
    ...addresses.map((address) => ({ address, ready: true })),
    ...notReadyAddresses.map((address) => ({ address, ready: false })),
  ].slice(0, MAX_PER_SUBSET);

const portsOf = ({ ports = [] }: EndpointSubset): EndpointPort[] =>
  ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
    name,
    port,
    protocol,
    ...(appProtocol && { appProtocol }),
  }));

const endpointOf = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname && { hostname }),
  ...(targetRef && { targetRef }),
  ...(nodeName && { nodeName }),
});

export interface MirrorPlan {
  readonly create: MirrorSlice[];
  readonly update: EndpointSlice[];
  readonly remove: EndpointSlice[];
}

/** Slices keep their name while their family and ports stay the same. */
export function planMirror(wanted: readonly MirrorSlice[], existing: readonly EndpointSlice[]): MirrorPlan {
  const free = new Set(existing);
  const plan: MirrorPlan = { create: [], update: [], remove: [] };
  for (const slice of wanted) {
    const match = [...free].find(
      ({ addressType, ports = [] }) =>
        addressType === slice.addressType && canonicalJson(ports) === canonicalJson(slice.ports),
    );
    if (!match) {
      plan.create.push(slice);
      continue;
    }
    free.delete(match);
    const { endpoints, labels, annotations } = slice;
    const isSame =
      isDeepStrictEqual(match.endpoints ?? [], endpoints) &&
      isDeepStrictEqual(match.metadata.labels ?? {}, labels) &&
      isDeepStrictEqual(match.metadata.annotations ?? {}, annotations);
    if (!isSame) plan.update.push({ ...match, endpoints, metadata: { ...match.metadata, labels, annotations } });
  }
  plan.remove.push(...free);
  return plan;
}
