import { describe, expect, it } from 'vitest';
import type { Service } from '#gen/core/v1.ts';
import type { EndpointSlice, Endpoint as SliceEndpoint } from '#gen/discovery/v1.ts';
import { elementCommands, nothingApplied, planChanges } from './backends/nftables/changes.ts';
import { endpointMark } from './backends/nftables/elements.ts';
import { staleFlows } from './conntrack.ts';
import { planEndpoints } from './plan-endpoints.ts';
import { planService } from './plan-service.ts';
import { distinctRanges } from './source-ranges.ts';
import type { Frontend } from './state.ts';

const meta = (name: string, labels: Record<string, string> = {}) => ({
  name,
  namespace: 'default',
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels,
});
const node = { nodeName: 'n1', zone: 'a' };
const service = (spec: Partial<Service['spec']> = {}, more: Partial<Service> = {}): Service => ({
  status: {},
  metadata: meta('web'),
  spec: { clusterIP: '10.96.0.1', ports: [{ name: 'http', port: 80, protocol: 'TCP' }], ...spec },
  ...more,
});
const endpoint = (address: string, more: Partial<SliceEndpoint> = {}): SliceEndpoint => ({
  addresses: [address],
  nodeName: 'n1',
  ...more,
});
const slice = (...endpoints: SliceEndpoint[]): EndpointSlice => ({
  metadata: meta('web-1'),
  addressType: 'IPv4',
  endpoints,
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
});
const terminating = { conditions: { ready: false, serving: true, terminating: true } };
const addresses = (endpoints: readonly { address: string }[] | undefined) => endpoints?.map(({ address }) => address);

describe('planEndpoints', () => {
  it.each<[string, EndpointSlice[], string[], string[]]>([
    [
      'ready ones',
      [slice(endpoint('10.0.0.2'), endpoint('10.0.0.1'))],
      ['10.0.0.1', '10.0.0.2'],
      ['10.0.0.1', '10.0.0.2'],
    ],
    [
      'no unready one',
      [slice(endpoint('10.0.0.1'), endpoint('10.0.0.2', { conditions: { ready: false } }))],
      ['10.0.0.1'],
      ['10.0.0.1'],
    ],
    ['unknown readiness as ready', [slice(endpoint('10.0.0.1', { conditions: {} }))], ['10.0.0.1'], ['10.0.0.1']],
    [
      'no terminating one beside a ready one',
      [slice(endpoint('10.0.0.1'), endpoint('10.0.0.2', terminating))],
      ['10.0.0.1'],
      ['10.0.0.1'],
    ],
    [
      'terminating ones that serve, when nothing else is left',
      [slice(endpoint('10.0.0.2', terminating))],
      ['10.0.0.2'],
      ['10.0.0.2'],
    ],
    [
      'a local one that terminates, for Local, when the ready one is elsewhere',
      [slice(endpoint('10.0.0.1', { nodeName: 'n2' }), endpoint('10.0.0.2', terminating))],
      ['10.0.0.1'],
      ['10.0.0.2'],
    ],
    [
      'one endpoint in two slices once',
      [slice(endpoint('10.0.0.1', { conditions: { ready: false } })), slice(endpoint('10.0.0.1'))],
      ['10.0.0.1'],
      ['10.0.0.1'],
    ],
    ['no IPv6', [{ ...slice(endpoint('fd00::1')), addressType: 'IPv6' }], [], []],
  ])('takes %s', (_what, slices, cluster, local) => {
    const planned = planEndpoints(slices, 'http', node);
    expect([addresses(planned.cluster), addresses(planned.local)]).toEqual([cluster, local]);
  });

  const inZone = (address: string, zone: string) => endpoint(address, { hints: { forZones: [{ name: zone }] } });
  it.each<[string, SliceEndpoint[], string[]]>([
    ['the own zone', [inZone('10.0.0.1', 'a'), inZone('10.0.0.2', 'b')], ['10.0.0.1']],
    ['all, where one endpoint has no hint', [inZone('10.0.0.1', 'a'), endpoint('10.0.0.2')], ['10.0.0.1', '10.0.0.2']],
    [
      'all, where no hint is for the own zone',
      [inZone('10.0.0.1', 'b'), inZone('10.0.0.2', 'c')],
      ['10.0.0.1', '10.0.0.2'],
    ],
    [
      'the own node first',
      [
        endpoint('10.0.0.1', { hints: { forNodes: [{ name: 'n1' }] } }),
        endpoint('10.0.0.2', { hints: { forNodes: [{ name: 'n2' }] } }),
      ],
      ['10.0.0.1'],
    ],
  ])('follows hints: %s', (_what, endpoints, expected) => {
    expect(addresses(planEndpoints([slice(...endpoints)], 'http', node).cluster)).toEqual(expected);
  });
});

describe('planService', () => {
  const slices = [slice(endpoint('10.0.0.1'), endpoint('10.0.0.2', { nodeName: 'n2' }))];
  const plan = (spec: Partial<Service['spec']>, more: Partial<Service> = {}) =>
    planService(service(spec, more), slices, node);
  const ids = (frontends: readonly Frontend[]) => frontends.map(({ id }) => id);

  it.each<[string, Partial<Service['spec']>, Partial<Service>]>([
    ['headless', { clusterIP: 'None' }, {}],
    ['an external name', { type: 'ExternalName', clusterIP: '' }, {}],
    ['IPv6 only', { clusterIP: 'fd00::1' }, {}],
    ["another proxy's", {}, { metadata: meta('web', { 'service.kubernetes.io/service-proxy-name': 'x' }) }],
  ])('leaves a Service alone that is %s', (_what, spec, more) => expect(plan(spec, more)).toEqual([]));

  it('opens every door of a load balancer: ClusterIP, external, balancer and node port', () => {
    const ports = [{ name: 'http', port: 80, nodePort: 30080, protocol: 'TCP' as const }];
    const status = {
      loadBalancer: { ingress: [{ ip: '203.0.113.2' }, { ip: '203.0.113.3', ipMode: 'Proxy' }, { hostname: 'x' }] },
    };
    const frontends = plan({ type: 'LoadBalancer', ports, externalIPs: ['203.0.113.1'] }, { status });
    expect(ids(frontends)).toEqual([
      '10.96.0.1/tcp/80',
      '203.0.113.1/tcp/80',
      '203.0.113.2/tcp/80',
      'nodeport/tcp/30080',
    ]);
    expect(frontends.map(({ masquerade }) => masquerade)).toEqual(['not-pods', 'all', 'all', 'all']);
  });

  it('keeps internal traffic on the node by policy', () => {
    expect(addresses(plan({ internalTrafficPolicy: 'Local' })[0]?.endpoints)).toEqual(['10.0.0.1']);
    const elsewhere = planService(service({ internalTrafficPolicy: 'Local' }), slices, { nodeName: 'n3' });
    expect(elsewhere[0]).toMatchObject({ endpoints: [], whenEmpty: 'drop' });
  });

  it('keeps external traffic on the node by policy, but not that of the cluster', () => {
    const ports = [{ name: 'http', port: 80, nodePort: 30080, protocol: 'TCP' as const }];
    const [, nodePort] = plan({ type: 'NodePort', ports, externalTrafficPolicy: 'Local' });
    expect(addresses(nodePort?.outside)).toEqual(['10.0.0.1']);
    expect(addresses(nodePort?.endpoints)).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(nodePort?.masquerade).toBe('not-pods');
  });

  it.each([
    [{ sessionAffinity: 'ClientIP' as const }, 10_800],
    [{ sessionAffinity: 'ClientIP' as const, sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } }, 5],
    [{ sessionAffinity: 'None' as const }, undefined],
  ])('reads affinity %j as %s', (spec, seconds) => expect(plan(spec)[0]?.affinitySeconds).toBe(seconds));
});

describe('distinctRanges', () => {
  it.each([
    [['10.1.0.0/16', '10.0.0.0/8'], ['10.0.0.0/8']],
    [['10.1.2.3/16'], ['10.1.0.0/16']],
    [['0.0.0.0/0', '10.0.0.0/8'], []],
    [['fd00::/8', 'nonsense', ' 192.168.0.0/24 '], ['192.168.0.0/24']],
  ])('%j is %j', (given, expected) => expect(distinctRanges(given)).toEqual(expected));
});

const frontend = (more: Partial<Frontend> = {}): Frontend => ({
  id: '10.96.0.1/udp/53',
  service: 'default/dns',
  address: '10.96.0.1',
  protocol: 'udp',
  port: 53,
  endpoints: [{ address: '10.0.0.1', port: 53 }],
  masquerade: 'not-pods',
  whenEmpty: 'reject',
  isClusterIP: true,
  ...more,
});
const state = (...frontends: Frontend[]) => new Map(frontends.map((one) => [one.id, one]));

describe('staleFlows', () => {
  it('forgets the flows of an endpoint that left', () => {
    expect(staleFlows(state(frontend()), state(frontend({ endpoints: [{ address: '10.0.0.2', port: 53 }] })))).toEqual([
      ['-p', 'udp', '--orig-dst', '10.96.0.1', '--orig-port-dst', '53', '--dst-nat', '10.0.0.1'],
    ]);
  });
  it('forgets flows that had no endpoint when the first one comes', () => {
    expect(staleFlows(state(), state(frontend()))).toEqual([
      ['-p', 'udp', '--orig-dst', '10.96.0.1', '--orig-port-dst', '53'],
    ]);
  });
  it.each<[string, Frontend, Frontend]>([
    ['TCP', frontend({ protocol: 'tcp' }), frontend({ protocol: 'tcp', endpoints: [] })],
    [
      'an endpoint that is added',
      frontend(),
      frontend({ endpoints: [...frontend().endpoints, { address: '10.0.0.2', port: 53 }] }),
    ],
  ])('leaves flows alone: %s', (_what, before, after) => expect(staleFlows(state(before), state(after))).toEqual([]));
});

describe('planChanges', () => {
  it('comes to nothing for what did not change', () => {
    const same = state(frontend());
    const { result } = planChanges(nothingApplied(), same);
    expect(planChanges(result, new Map(same))).toMatchObject({ newBuckets: [], add: [], remove: [] });
  });

  it('keeps what two frontends share until the last of them goes', () => {
    const one = frontend();
    const two = frontend({ id: '10.96.0.1/tcp/53', protocol: 'tcp' });
    const { result } = planChanges(nothingApplied(), state(one, two));
    const first = planChanges(result, state(two));
    expect(first.remove.map(({ set }) => set)).not.toContain('cluster-ips');
    const last = planChanges(first.result, state());
    expect(last.remove).toContainEqual({ set: 'cluster-ips', key: '10.96.0.1' });
    expect(last.result.elements.size).toBe(0);
  });

  it('replaces the value of a map element by removal and addition, in that order', () => {
    const { result } = planChanges(nothingApplied(), state(frontend()));
    const changes = planChanges(result, state(frontend({ endpoints: [{ address: '10.0.0.9', port: 53 }] })));
    const commands = elementCommands('t', changes);
    const removal = 'delete element ip t ip-all-n1-to { 10.96.0.1 . udp . 53 . 0 }\n';
    const addition = 'add element ip t ip-all-n1-to { 10.96.0.1 . udp . 53 . 0 : 10.0.0.9 . 53 }\n';
    expect(commands).toContain(removal);
    expect(commands.indexOf(addition)).toBeGreaterThan(commands.indexOf(removal));
    expect(commands).not.toContain('ip-masq-not-pods');
  });
});

describe('endpointMark', () => {
  it("never sets bits that others' rules read", () => {
    for (let i = 0; i < 500; i++) expect(endpointMark({ address: `10.0.0.${i}`, port: i }) & 0x6000).toBe(0);
  });
});
