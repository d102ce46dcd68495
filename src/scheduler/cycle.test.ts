import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodesToFind } from './cycle.ts';
import { failureMessage } from './failure-message.ts';
import { node, pod } from './testing/objects.ts';
import { place } from './testing/place.ts';

describe('a scheduling cycle', () => {
  it('puts a pod where the most is left', () => {
    const running = { a: [pod('x', { requests: { cpu: '3' } })], b: [pod('y', { requests: { cpu: '1' } })] };
    const { best, scored } = place(pod('p', { requests: { cpu: '100m' } }), { nodes: [node('a'), node('b')], running });
    expect(best?.name).toBe('b');
    expect(scored.map(({ node: { name } }) => name)).toEqual(['a', 'b']);
    expect(Object.keys(scored[0]?.scores ?? {})).toEqual(
      expect.arrayContaining(['NodeResourcesFit', 'NodeResourcesBalancedAllocation']),
    );
  });

  it('prefers nodes on which CPU and memory are used alike', () => {
    const running = {
      a: [pod('x', { requests: { cpu: '2' } })],
      b: [pod('y', { requests: { cpu: '1', memory: '2Gi' } })],
    };
    const { scored } = place(pod('p', { requests: { cpu: '1m', memory: '1Mi' } }), {
      nodes: [node('a'), node('b')],
      running,
    });
    const balance = scored.map(({ scores }) => scores['NodeResourcesBalancedAllocation'] ?? 0);
    expect(balance[1]).toBeGreaterThan(balance[0] ?? 0);
  });

  it('prefers nodes that have the image already', () => {
    const image = { names: ['i:1'], sizeBytes: 900 * 1024 * 1024 };
    const b = { ...node('b'), status: { ...node('b').status, images: [image] } };
    expect(place(pod('p'), { nodes: [node('a'), b] }).best?.name).toBe('b');
  });

  it('takes the nominated node first, while it fits', () => {
    const nominated = { ...pod('p'), status: { phase: 'Pending' as const, nominatedNodeName: 'a' } };
    const running = { a: [pod('x', { requests: { cpu: '3' } })] };
    expect(place(nominated, { nodes: [node('a'), node('b')], running }).best?.name).toBe('a');
  });

  it('says of every node why it does not fit, once a reason', () => {
    const nodes = [
      node('a', { unschedulable: true }),
      node('b', { allocatable: { cpu: '1' } }),
      node('c', { allocatable: { cpu: '1' } }),
    ];
    const { best, failures } = place(pod('p', { requests: { cpu: '2' } }), { nodes });
    expect(best).toBeUndefined();
    expect(
      failureMessage(3, failures, ['preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.']),
    ).toBe(
      '0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    );
  });

  it('has a sentence for a cluster without nodes', () => {
    expect(failureMessage(0, new Map())).toBe('no nodes available to schedule pods');
  });

  it.each([
    [1, 1],
    [100, 100],
    [101, 100],
    [1_000, 420],
    [5_000, 500],
    [10_000, 500],
  ])('of %i nodes looks for %i that fit', (count, wanted) => {
    expect(nodesToFind(count)).toBe(wanted);
  });

  it('never gives a node more than it has, whatever is asked', () => {
    const request = fc.record({ cpu: fc.integer({ min: 0, max: 3_000 }), memory: fc.integer({ min: 0, max: 6 }) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
        const nodes = [node('a'), node('b', { allocatable: { cpu: '2', pods: '5' } })];
        const running: Record<string, ReturnType<typeof pod>[]> = { a: [], b: [] };
        for (const [index, { cpu, memory }] of requests.entries()) {
          const next = pod(`p${index}`, { requests: { cpu: `${cpu}m`, memory: `${memory}Gi` } });
          const { best } = place(next, { nodes, running });
          if (best) running[best.name]?.push(next);
        }
        for (const { name, allocatable, requested, pods } of place(pod('last'), { nodes, running }).cache.nodes) {
          for (const [resource, amount] of requested)
            expect(amount, `${resource} of ${name}`).toBeLessThanOrEqual(allocatable.get(resource) ?? 0);
          expect(pods.size).toBeLessThanOrEqual(allocatable.get('pods') ?? 0);
        }
      }),
      { numRuns: 40 },
    );
  });
});
