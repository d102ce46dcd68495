import { describe, expect, it } from 'vitest';
import type { Pod, Service } from '#gen/core/v1.ts';
import type { EndpointSlice } from '#gen/discovery/v1.ts';
import { planSlices, type SliceContent } from './plan.ts';

const service = (spec: Partial<Service['spec']> = {}): Service =>
  ({
    metadata: { name: 's', namespace: 'ns', labels: { a: 'b' } },
    spec: { clusterIP: '10.96.0.1', ipFamilies: ['IPv4'], ports: [{ port: 80, targetPort: 8080 }], ...spec },
  }) as unknown as Service;
const pod = (index: number, ready = true): Pod =>
  ({
    metadata: { name: `p${index}`, namespace: 'ns', uid: `u${index}` },
    spec: { containers: [] },
    status: {
      phase: 'Running',
      podIPs: [{ ip: `10.0.${index >> 8}.${index & 255}` }],
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  }) as unknown as Pod;
const pods = (count: number) => Array.from({ length: count }, (_, index) => pod(index));
const stored = (content: SliceContent, name: string): EndpointSlice =>
  ({ ...content, metadata: { name, labels: content.labels } }) as unknown as EndpointSlice;
const plan = (chosen: Pod[], slices: EndpointSlice[] = [], which = service()) =>
  planSlices({ service: which, pods: chosen, slices, node: () => undefined });

describe('the slices of a service', () => {
  it('hold a hundred endpoints each', () => {
    expect(plan(pods(250)).create.map(({ endpoints }) => endpoints.length)).toEqual([100, 100, 50]);
  });

  it('fill up before a new one is made, and the full ones stay untouched', () => {
    const [first, second] = plan(pods(150)).create;
    if (!first || !second) throw new Error('two slices were expected');
    const slices = [stored(first, 'full'), stored(second, 'half')];
    const more = plan(pods(210), slices);
    expect(more.update.map(({ metadata, endpoints }) => [metadata.name, endpoints?.length])).toEqual([['half', 100]]);
    expect(more.create.map(({ endpoints }) => endpoints.length)).toEqual([10]);
    expect(more.remove).toEqual([]);
  });

  it('go when they are empty, but for the last', () => {
    const made = plan(pods(150)).create.map((content, index) => stored(content, `s${index}`));
    const fewer = plan(pods(10), made);
    expect(fewer.remove.map(({ metadata }) => metadata.name)).toEqual(['s1']);
    const none = plan([], []);
    expect(none.create.map(({ endpoints }) => endpoints.length)).toEqual([0]);
  });

  it('are left alone when nothing changed', () => {
    const made = plan(pods(3)).create.map((content, index) => stored(content, `s${index}`));
    expect(plan(pods(3), made)).toEqual({ create: [], update: [], remove: [] });
  });

  it.each<[string, boolean, Partial<Service['spec']>, boolean]>([
    ['a ready pod is ready', true, {}, true],
    ['an unready pod is not', false, {}, false],
    ['unless the service wants it so', false, { publishNotReadyAddresses: true }, true],
  ])('%s', (_, isReady, spec, expected) => {
    const [slice] = plan([pod(1, isReady)], [], service(spec)).create;
    expect(slice?.endpoints[0]?.conditions).toEqual({ ready: expected, serving: isReady, terminating: false });
  });
});
