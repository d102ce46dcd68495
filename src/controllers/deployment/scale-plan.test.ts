import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '#gen/apps/v1.ts';
import { annotationsAt, inherited, REVISION, REVISION_HISTORY } from './annotations.ts';
import { bounds } from './replica-sets.ts';
import { planCleanup } from './rollout.ts';
import { planProportional, planRolling } from './scale-plan.ts';

const deployment = (replicas: number, spec: Partial<Deployment['spec']> = {}): Deployment => ({
  metadata: { name: 'd', namespace: 'ns', uid: 'd' } as Deployment['metadata'],
  spec: {
    replicas,
    template: { spec: { containers: [] } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    ...spec,
  } as Deployment['spec'],
  status: {},
});
const rolling = (maxSurge: number | string, maxUnavailable: number | string): Partial<Deployment['spec']> => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});

interface SetInput {
  available?: number;
  max?: number;
  desired?: number;
  revision?: number;
  createdAt?: number;
  running?: number;
}
const set = (name: string, size: number, input: SetInput = {}): ReplicaSet =>
  ({
    metadata: {
      name,
      uid: name,
      generation: 1,
      creationTimestamp: new Date(Date.UTC(2026, 0, 1) + (input.createdAt ?? 0) * 1000).toISOString(),
      annotations: {
        'deployment.kubernetes.io/max-replicas': String(input.max ?? 0),
        'deployment.kubernetes.io/desired-replicas': String(input.desired ?? 0),
        [REVISION]: String(input.revision ?? 1),
      },
    },
    spec: { replicas: size },
    status: { replicas: input.running ?? size, availableReplicas: input.available ?? size, observedGeneration: 1 },
  }) as unknown as ReplicaSet;
const sizes = (steps: readonly { set: ReplicaSet; to: number }[]) =>
  Object.fromEntries(steps.map(({ set: { metadata }, to }) => [metadata.name, to]));

describe('one step of a rolling update', () => {
  it.each<[string, Deployment, ReplicaSet, ReplicaSet[], Record<string, number>]>([
    ['grows the new one by the surge', deployment(10, rolling(2, 2)), set('new', 0), [set('old', 10)], { new: 2 }],
    [
      'shrinks the old one when there is no room above',
      deployment(10, rolling(2, 2)),
      set('new', 2, { available: 0 }),
      [set('old', 10)],
      { old: 8 },
    ],
    [
      'removes first what does not serve',
      deployment(10, rolling(2, 2)),
      set('new', 4),
      [set('broken', 3, { available: 0 }), set('old', 5)],
      { broken: 0, old: 4 },
    ],
    ['waits when nobody may go', deployment(10, rolling(2, 2)), set('new', 4, { available: 0 }), [set('old', 8)], {}],
    ['shrinks a new one that is too large', deployment(3), set('new', 5), [], { new: 3 }],
    ['ends with the old one empty', deployment(3), set('new', 3), [set('old', 1)], { old: 0 }],
    ['does nothing when it is done', deployment(3), set('new', 3), [], {}],
  ])('%s', (_, which, fresh, old, expected) => {
    expect(sizes(planRolling(which, fresh, old))).toEqual(expected);
  });
});

describe('a new size in the middle of a rollout', () => {
  const surge = rolling(3, 2);
  it.each<[string, Deployment, ReplicaSet, ReplicaSet[], Record<string, number>]>([
    [
      'is shared by size when growing',
      deployment(15, surge),
      set('new', 5, { max: 13, available: 2 }),
      [set('old', 8, { max: 13 })],
      { old: 11, new: 7 },
    ],
    [
      'is shared by size when shrinking',
      deployment(5, surge),
      set('new', 5, { max: 13, available: 2 }),
      [set('old', 8, { max: 13 })],
      { old: 5, new: 3 },
    ],
    [
      'falls to nobody',
      deployment(0, surge),
      set('new', 5, { max: 13 }),
      [set('old', 8, { max: 13 })],
      { old: 0, new: 0 },
    ],
    ['goes to the only active one', deployment(6), set('new', 4), [set('old', 0)], { new: 6 }],
    [
      'empties the old ones where the new one has all',
      deployment(4),
      set('new', 4, { desired: 4 }),
      [set('old', 2)],
      { old: 0 },
    ],
    [
      'leaves all alone under Recreate',
      deployment(9, { strategy: { type: 'Recreate' } }),
      set('new', 4, { desired: 4 }),
      [set('old', 2)],
      {},
    ],
  ])('%s', (_, which, fresh, old, expected) => {
    expect(sizes(planProportional(which, fresh, old))).toEqual(expected);
  });
});

it.each<[number | string, number | string, number, { surge: number; unavailable: number }]>([
  ['25%', '25%', 10, { surge: 3, unavailable: 2 }],
  ['25%', '25%', 1, { surge: 1, unavailable: 0 }],
  [0, '10%', 3, { surge: 0, unavailable: 1 }],
  [1, 5, 2, { surge: 1, unavailable: 2 }],
])('surge %s and unavailable %s of %i', (maxSurge, maxUnavailable, replicas, expected) => {
  expect(bounds(deployment(replicas, rolling(maxSurge, maxUnavailable)))).toEqual(expected);
});

describe('the history', () => {
  const old = [set('r3', 0, { revision: 3 }), set('r1', 0, { revision: 1 }), set('r2', 2, { revision: 2 })];
  const names = (limit: number | undefined) =>
    planCleanup(deployment(1, { revisionHistoryLimit: limit }), old).map(({ metadata }) => metadata.name);
  it.each<[number | undefined, string[]]>([
    [undefined, []],
    [5, []],
    [2, ['r1']],
    [1, ['r1']],
    [0, ['r1', 'r3']],
  ])('of %s loses %j, and never what still has pods', (limit, expected) => {
    expect(names(limit)).toEqual(expected);
  });

  it('notes the revisions that a set had before', () => {
    const once = annotationsAt({ [REVISION]: '1' }, { 'kubernetes.io/change-cause': 'why' }, 3);
    expect(once).toEqual({ [REVISION]: '3', [REVISION_HISTORY]: '1', 'kubernetes.io/change-cause': 'why' });
    expect(annotationsAt(once, {}, 5)[REVISION_HISTORY]).toBe('1,3');
    expect(annotationsAt(once, {}, 2)[REVISION]).toBe('3');
    const own = { 'kubectl.kubernetes.io/last-applied-configuration': 'x', [REVISION]: '9', team: 'a' };
    expect(inherited({ metadata: { annotations: own } })).toEqual({ team: 'a' });
  });
});
