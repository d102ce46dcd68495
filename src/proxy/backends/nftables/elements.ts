import { createHash } from 'node:crypto';
import type { Endpoint, Frontend } from '../../state.ts';

/** One element of a set or map: `key` identifies it, `value` (maps only) is what it maps to. */
export interface Element {
  readonly set: string;
  readonly key: string;
  readonly value?: string | undefined;
}

/**
 * Frontends with the same number of endpoints, affinity and audience share one rule and its sets; so a change is only
 * a few elements, and rules are as many as there are different numbers.
 */
export interface Bucket {
  readonly name: string;
  /** `ip`: an address and port; `np`: a port on every address of the node. */
  readonly kind: 'ip' | 'np';
  readonly audience: 'all' | 'outside';
  readonly count: number;
  readonly affinitySeconds: number | undefined;
}

export function bucketsOf(frontend: Frontend): readonly Bucket[] {
  const make = (count: number, audience: Bucket['audience']): readonly Bucket[] => {
    if (count === 0) return [];
    const { affinitySeconds } = frontend;
    const kind = frontend.address === undefined ? 'np' : 'ip';
    const sticky = affinitySeconds === undefined ? '' : `-a${affinitySeconds}`;
    return [{ name: `${kind}-${audience}-n${count}${sticky}`, kind, audience, count, affinitySeconds }];
  };
  return [...make(frontend.endpoints.length, 'all'), ...make(frontend.outside?.length ?? 0, 'outside')];
}

/** Every element that the frontend needs. Some (addresses, hairpins) are shared with other frontends. */
export function elementsOf(frontend: Frontend): readonly Element[] {
  const key = keyOf(frontend);
  const kind = frontend.address === undefined ? 'np' : 'ip';
  const lists = { all: frontend.endpoints, outside: frontend.outside ?? [] };
  const elements = bucketsOf(frontend).flatMap((bucket) => bucketElements(bucket, key, lists[bucket.audience]));
  const hairpins = [...new Set([...lists.all, ...lists.outside].map(({ address }) => address))];
  return [
    ...elements,
    ...hairpins.map((address) => ({ set: 'hairpin', key: `${address} . ${address}` })),
    { set: frontend.masquerade === 'all' ? `${kind}-masq-all` : `${kind}-masq-not-pods`, key },
    ...(frontend.isClusterIP && frontend.address ? [{ set: 'cluster-ips', key: frontend.address }] : []),
    ...emptyElements(frontend, kind, key),
    ...sourceElements(frontend, key),
  ];
}

function bucketElements(bucket: Bucket, key: string, endpoints: readonly Endpoint[]): readonly Element[] {
  const members = endpoints.flatMap((endpoint, slot): Element[] => {
    const value = `${endpoint.address} . ${endpoint.port}`;
    if (bucket.affinitySeconds === undefined) return [{ set: `${bucket.name}-to`, key: `${key} . ${slot}`, value }];
    const id = endpointMark(endpoint);
    return [
      { set: `${bucket.name}-pick`, key: `${key} . ${slot}`, value: `${id}` },
      { set: `${bucket.name}-to`, key: `${key} . ${id}`, value },
    ];
  });
  return [{ set: bucket.name, key }, ...members];
}

function emptyElements(frontend: Frontend, kind: 'ip' | 'np', key: string): readonly Element[] {
  const drops = frontend.whenEmpty === 'drop';
  const elements: Element[] = [];
  if (frontend.endpoints.length === 0) elements.push({ set: `${kind}-${drops ? 'drop' : 'reject'}`, key });
  if (frontend.outside?.length === 0 && frontend.endpoints.length > 0)
    elements.push({ set: `${kind}-drop-outside`, key });
  return elements;
}

function sourceElements({ sourceRanges }: Frontend, key: string): readonly Element[] {
  if (!sourceRanges) return [];
  return [{ set: 'restricted', key }, ...sourceRanges.map((range) => ({ set: 'allowed', key: `${key} . ${range}` }))];
}

function keyOf({ address, protocol, port }: Frontend): string {
  return address === undefined ? `${protocol} . ${port}` : `${address} . ${protocol} . ${port}`;
}

/** Bits that others read in packet marks (0x2000: CNI portmap, 0x4000: kube-proxy's custom) stay clear. */
const FOREIGN_BITS = 0x6000;

/** A number that an endpoint keeps whatever happens to its neighbours, so that its clients stay with it. */
export function endpointMark({ address, port }: Endpoint): number {
  const hash = createHash('sha256').update(`${address}:${port}`).digest().readUInt32BE();
  return (hash & ~FOREIGN_BITS) >>> 0;
}
