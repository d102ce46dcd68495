import type { EndpointSlice, Endpoint as SliceEndpoint } from '#gen/discovery/v1.ts';
import type { Endpoint } from './state.ts';

/** The endpoints of one Service port, as this node should use them. */
export interface PlannedEndpoints {
  /** By policy `Cluster`. */
  readonly cluster: readonly Endpoint[];
  /** By policy `Local`: only those on this node. */
  readonly local: readonly Endpoint[];
}

/** Who this node is, as far as routing cares. */
export interface NodeTopology {
  readonly nodeName: string;
  /** `topology.kubernetes.io/zone` */
  readonly zone?: string | undefined;
}

interface Candidate extends Endpoint {
  readonly isReady: boolean;
  /** Still serves, though its pod is being deleted. */
  readonly isServingWhileTerminating: boolean;
  readonly isLocal: boolean;
  readonly zones: readonly string[];
  readonly nodes: readonly string[];
}

/**
 * Ready endpoints; where there are none, those that serve while they terminate. Hints narrow the cluster's, as long as
 * every endpoint has them. Source: upstream pkg/proxy/topology.go, KEP-1669, KEP-2433, KEP-3015.
 */
export function planEndpoints(
  slices: readonly EndpointSlice[],
  portName: string,
  node: NodeTopology,
): PlannedEndpoints {
  const candidates = [...collect(slices, portName, node).values()].sort(byAddress);
  const usable = usableOf(candidates);
  return {
    cluster: hinted(usable, node).map(plain),
    local: usableOf(candidates.filter(({ isLocal }) => isLocal)).map(plain),
  };
}

function collect(slices: readonly EndpointSlice[], portName: string, node: NodeTopology): Map<string, Candidate> {
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    const port = slice.ports?.find((one) => (one.name ?? '') === portName)?.port;
    if (!port) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const candidate = toCandidate(endpoint, port, node);
      const id = candidate && `${candidate.address}:${port}`;
      // One endpoint can stand in two slices for a moment; the ready one is right.
      if (id && !found.get(id)?.isReady) found.set(id, candidate);
    }
  }
  return found;
}

function toCandidate(endpoint: SliceEndpoint, port: number, node: NodeTopology): Candidate | undefined {
  const [address] = endpoint.addresses;
  if (!address) return undefined;
  const { ready = true, serving = ready, terminating = false } = endpoint.conditions ?? {};
  return {
    address,
    port,
    isReady: ready,
    isServingWhileTerminating: serving && terminating,
    isLocal: endpoint.nodeName === node.nodeName,
    zones: namesOf(endpoint.hints?.forZones),
    nodes: namesOf(endpoint.hints?.forNodes),
  };
}

const namesOf = (hints: readonly { name: string }[] = []) => hints.map(({ name }) => name);

function usableOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const ready = candidates.filter(({ isReady }) => isReady);
  return ready.length > 0 ? ready : candidates.filter(({ isServingWhileTerminating }) => isServingWhileTerminating);
}

function hinted(usable: readonly Candidate[], { nodeName, zone }: NodeTopology): readonly Candidate[] {
  if (usable.every(({ nodes }) => nodes.length > 0)) {
    const forNode = usable.filter(({ nodes }) => nodes.includes(nodeName));
    if (forNode.length > 0) return forNode;
  }
  if (zone === undefined || !usable.every(({ zones }) => zones.length > 0)) return usable;
  const forZone = usable.filter(({ zones }) => zones.includes(zone));
  return forZone.length > 0 ? forZone : usable;
}

const plain = ({ address, port }: Candidate): Endpoint => ({ address, port });

/** A fixed order, so that the same endpoints give the same rules. */
function byAddress(a: Endpoint, b: Endpoint): number {
  if (a.address !== b.address) return a.address < b.address ? -1 : 1;
  return a.port - b.port;
}
