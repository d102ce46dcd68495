import type { Endpoint, Frontend } from './state.ts';

/** UDP flows that conntrack would keep sending where they no longer belong, as arguments of `conntrack -D`. */
export type StaleFlow = readonly string[];

/**
 * UDP has no end that conntrack could see: clients that keep their source port would stay with a removed endpoint for
 * as long as they talk, or with no endpoint at all after the first ones appear. Source: upstream pkg/proxy/conntrack.
 */
export function staleFlows(
  before: ReadonlyMap<string, Frontend>,
  after: ReadonlyMap<string, Frontend>,
): readonly StaleFlow[] {
  const stale: StaleFlow[] = [];
  for (const old of before.values()) {
    const now = after.get(old.id);
    if (old.protocol !== 'udp' || now === old) continue;
    const kept = new Set(endpointsOf(now).map(idOf));
    for (const endpoint of endpointsOf(old)) {
      if (!kept.has(idOf(endpoint))) stale.push([...flowsOf(old), '--dst-nat', endpoint.address]);
    }
  }
  for (const now of after.values()) {
    const old = before.get(now.id);
    if (now.protocol !== 'udp' || now === old || now.endpoints.length === 0) continue;
    if (endpointsOf(old).length === 0) stale.push(flowsOf(now));
  }
  return unique(stale);
}

const idOf = ({ address, port }: Endpoint) => `${address}:${port}`;

function endpointsOf(frontend: Frontend | undefined): readonly Endpoint[] {
  return [...(frontend?.endpoints ?? []), ...(frontend?.outside ?? [])];
}

function flowsOf({ address, port }: Frontend): StaleFlow {
  const destination = address === undefined ? [] : ['--orig-dst', address];
  return ['-p', 'udp', ...destination, '--orig-port-dst', `${port}`];
}

function unique(flows: readonly StaleFlow[]): readonly StaleFlow[] {
  return [...new Map(flows.map((flow) => [flow.join(' '), flow])).values()];
}
