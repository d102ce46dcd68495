import { describe, expect, it } from 'vitest';
import type { Pod } from '#gen/core/v1.ts';
import { BURST, byExpendability, nextAvailabilityMs, planReplicas, replicaStatus } from './plan.ts';

const nowMs = Date.UTC(2026, 0, 1);
const ago = (seconds: number) => new Date(nowMs - seconds * 1000).toISOString();
interface Input {
  node?: string;
  phase?: 'Pending' | 'Running' | 'Failed';
  readyFor?: number;
  cost?: string;
  restarts?: number;
  age?: number;
  going?: boolean;
}
const pod = (uid: string, input: Input = {}): Pod =>
  ({
    metadata: {
      uid,
      name: uid,
      creationTimestamp: ago(input.age ?? 1000),
      ...(input.cost && { annotations: { 'controller.kubernetes.io/pod-deletion-cost': input.cost } }),
      ...(input.going && { deletionTimestamp: 'now' }),
    },
    spec: { containers: [], nodeName: input.node ?? 'n' },
    status: {
      phase: input.phase ?? 'Running',
      conditions:
        input.readyFor === undefined
          ? []
          : [{ type: 'Ready', status: 'True', lastTransitionTime: ago(input.readyFor) }],
      containerStatuses: [{ name: 'c', restartCount: input.restarts ?? 0 }],
    },
  }) as unknown as Pod;
const view = (replicas: number, minReadySeconds = 0) => ({ replicas, minReadySeconds, nowMs });
const uids = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.uid);

describe('when a replica set shrinks', () => {
  it.each<[string, Input, Input]>([
    ['an unassigned pod before an assigned', { node: '' }, {}],
    ['a pending before a running', { phase: 'Pending' }, {}],
    ['an unready before a ready', {}, { readyFor: 100 }],
    ['a cheaper before a dearer', { readyFor: 100, cost: '-5' }, { readyFor: 100, cost: '10' }],
    ['readiness comes before cost', { cost: '100' }, { readyFor: 100, cost: '-100' }],
    ['one of a fuller node', { readyFor: 100, node: 'full' }, { readyFor: 100, node: 'n' }],
    ['one that is ready for a shorter time', { readyFor: 10 }, { readyFor: 1000 }],
    ['one that restarted more often', { readyFor: 100, restarts: 5 }, { readyFor: 100, restarts: 1 }],
    ['a younger', { readyFor: 100, age: 200 }, { readyFor: 100, age: 5000 }],
  ])('%s goes first', (_, first, last) => {
    const podsOnNode = (node: string) => (node === 'full' ? 3 : 1);
    const ranked = { ...view(1), podsOnNode };
    // Uids are given so that the last resort, their order, would say the opposite.
    expect(uids(byExpendability([pod('a', last), pod('z', first)], ranked))).toEqual(['z', 'a']);
    expect(uids(planReplicas([pod('a', last), pod('z', first)], ranked).remove)).toEqual(['z']);
  });

  it('ages of one power of two are alike', () => {
    expect(uids(byExpendability([pod('z', { readyFor: 100 }), pod('a', { readyFor: 101 })], view(0)))).toEqual([
      'a',
      'z',
    ]);
  });
});

describe('a replica set', () => {
  it.each<[string, number, Pod[], number, string[]]>([
    ['makes what is missing', 3, [pod('a')], 2, []],
    ['leaves enough alone', 1, [pod('a')], 0, []],
    ['does not count what has failed', 1, [pod('a', { phase: 'Failed' })], 1, []],
    ['does not count what is going', 1, [pod('a', { going: true })], 1, []],
    ['removes what is too much', 0, [pod('a')], 0, ['a']],
    ['makes no more than a burst at once', 2000, [], BURST, []],
  ])('%s', (_, replicas, pods, create, remove) => {
    const plan = planReplicas(pods, view(replicas));
    expect([plan.create, uids(plan.remove)]).toEqual([create, remove]);
  });

  it('says what is labelled, ready and available, and why it fails', () => {
    const labelled = { ...pod('a', { readyFor: 5 }), metadata: { ...pod('a').metadata, labels: { x: 'y' } } };
    const failure = { reason: 'FailedCreate' as const, message: 'quota' };
    const input = {
      previous: undefined,
      generation: 7,
      owned: [labelled, pod('b', { readyFor: 60 }), pod('c')],
      templateLabels: { x: 'y' },
    };
    const status = replicaStatus({ ...input, view: view(3, 10), failure, terminating: 2 });
    expect(status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 1,
      readyReplicas: 2,
      availableReplicas: 1,
      terminatingReplicas: 2,
      observedGeneration: 7,
      conditions: [{ type: 'ReplicaFailure', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z', ...failure }],
    });
    expect(replicaStatus({ ...input, previous: status, view: view(3, 10) }).conditions).toBeUndefined();
    expect(nextAvailabilityMs(input.owned, view(3, 10))).toBe(5_000);
    expect(nextAvailabilityMs(input.owned, view(3))).toBeUndefined();
  });
});
