import { describe, expect, it } from 'vitest';
import { fakeClock } from '#base/clock.ts';
import type { DaemonSet } from '#gen/apps/v1.ts';
import type { Node, Pod, Taint } from '#gen/core/v1.ts';
import { endedBackoff } from './ended-backoff.ts';
import { byNode, daemonPod, daemonTolerations, nodeOf, suitability } from './placement.ts';
import { bounds, type DaemonView, daemonSetStatus, planRolling, planUpkeep } from './plan.ts';

const nowMs = Date.UTC(2026, 0, 1);
const set = (spec: Partial<DaemonSet['spec']> = {}): DaemonSet => ({
  metadata: { name: 'agent', namespace: 'ns', uid: 'ds', generation: 1 } as DaemonSet['metadata'],
  spec: { template: { spec: { containers: [] } }, ...spec },
  status: {} as DaemonSet['status'],
});
const node = (name: string, taints: Taint[] = []) =>
  ({ metadata: { name, labels: { name } }, spec: { taints } }) as unknown as Node;

interface PodInput {
  on: string;
  ready?: boolean;
  old?: boolean;
  phase?: 'Running' | 'Failed' | 'Succeeded';
  going?: boolean;
  bound?: boolean;
  createdAt?: number;
}
const pod = (name: string, input: PodInput): Pod => {
  const { on, ready = true, old = false, phase = 'Running', bound = true, createdAt = 0 } = input;
  const made = daemonPod(set(), { node: on, hash: old ? 'old' : 'new' });
  return {
    ...made,
    metadata: {
      ...made.metadata,
      name,
      uid: name,
      creationTimestamp: new Date(nowMs - 60_000 + createdAt * 1000).toISOString(),
      ...(input.going && { deletionTimestamp: 'now' }),
    },
    spec: { ...made.spec, ...(bound && { nodeName: on }) },
    status: {
      phase,
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: new Date(nowMs - 5_000).toISOString() },
      ],
    },
  } as unknown as Pod;
};
const view = (which: DaemonSet, pods: Pod[], nodes = ['a', 'b', 'c'].map((each) => node(each))): DaemonView => ({
  set: which,
  nodes,
  pods,
  hash: 'new',
  nowMs,
});
const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name);
const rolling = (rollingUpdate: { maxSurge?: number | string; maxUnavailable?: number | string }) =>
  set({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
const surging = rolling({ maxSurge: 1, maxUnavailable: 0 });

describe('where daemons run', () => {
  const taint = (key: string, effect: Taint['effect']): Taint => ({ key, effect });
  it.each<[string, DaemonSet, Node, boolean, boolean]>([
    ['anywhere', set(), node('a'), true, true],
    [
      'not on another node than the named',
      set({ template: { spec: { containers: [], nodeName: 'b' } } }),
      node('a'),
      false,
      false,
    ],
    [
      'not where the selector does not fit',
      set({ template: { spec: { containers: [], nodeSelector: { name: 'b' } } } }),
      node('a'),
      false,
      false,
    ],
    ['on cordoned nodes', set(), node('a', [taint('node.kubernetes.io/unschedulable', 'NoSchedule')]), true, true],
    ['on nodes that are not ready', set(), node('a', [taint('node.kubernetes.io/not-ready', 'NoExecute')]), true, true],
    ['not made under a taint, but kept', set(), node('a', [taint('gpu', 'NoSchedule')]), false, true],
    ['not kept under a taint that evicts', set(), node('a', [taint('gpu', 'NoExecute')]), false, false],
    ['under a taint that only prefers', set(), node('a', [taint('gpu', 'PreferNoSchedule')]), true, true],
    [
      'not without a network',
      set(),
      node('a', [taint('node.kubernetes.io/network-unavailable', 'NoSchedule')]),
      false,
      true,
    ],
    [
      'without a network where they use the host',
      set({ template: { spec: { containers: [], hostNetwork: true } } }),
      node('a', [taint('node.kubernetes.io/network-unavailable', 'NoSchedule')]),
      true,
      true,
    ],
  ])('%s', (_, which, where, run, stay) => {
    expect(suitability(which, where)).toEqual({ run, stay });
  });

  it('a daemon pod is tied to its node by name, whatever the template asks', () => {
    const term = { matchExpressions: [{ key: 'x', operator: 'Exists' as const }] };
    const template = {
      spec: {
        containers: [],
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
      },
    };
    const made = daemonPod(set({ template }), { node: 'a', hash: 'h' });
    expect(made.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual({
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }],
    });
    expect(nodeOf(made as Pod)).toBe('a');
    expect(made.metadata).toMatchObject({ generateName: 'agent-', labels: { 'controller-revision-hash': 'h' } });
    expect(byNode([made as Pod]).get('a')).toHaveLength(1);
  });

  it('keeps its own tolerations and adds each of the six once', () => {
    const own = { key: 'gpu', operator: 'Exists' as const };
    const again = { key: 'node.kubernetes.io/not-ready', operator: 'Exists' as const, effect: 'NoExecute' as const };
    const all = daemonTolerations({ containers: [], tolerations: [own, again] });
    expect(all).toHaveLength(7);
    expect(all[0]).toEqual(own);
  });
});

describe('upkeep of a daemon set', () => {
  it.each<[string, DaemonSet, Pod[], string[], string[], string[]]>([
    ['makes one on each node', set(), [], ['a', 'b', 'c'], [], []],
    ['makes only what is missing', set(), [pod('1', { on: 'a' }), pod('2', { on: 'b', bound: false })], ['c'], [], []],
    ['waits for one on its way out', set(), ['a', 'b', 'c'].map((on) => pod(on, { on, going: true })), [], [], []],
    [
      'keeps the oldest of several',
      set(),
      [pod('2', { on: 'a', createdAt: 5 }), pod('1', { on: 'a' }), pod('b', { on: 'b' }), pod('c', { on: 'c' })],
      [],
      ['2'],
      [],
    ],
    [
      'keeps an old and a new one while surging',
      surging,
      [
        pod('1', { on: 'a', old: true }),
        pod('2', { on: 'a', ready: false }),
        pod('b', { on: 'b' }),
        pod('c', { on: 'c' }),
      ],
      [],
      [],
      [],
    ],
    [
      'drops the old one when the new one serves',
      surging,
      [pod('1', { on: 'a', old: true }), pod('2', { on: 'a' }), pod('b', { on: 'b' }), pod('c', { on: 'c' })],
      [],
      ['1'],
      [],
    ],
    [
      'replaces what has ended',
      set(),
      [pod('a', { on: 'a', phase: 'Failed' }), pod('b', { on: 'b', phase: 'Succeeded' }), pod('c', { on: 'c' })],
      [],
      [],
      ['a', 'b'],
    ],
    [
      'gives up what waits for a lost node, and leaves what runs there to others',
      set(),
      [...['a', 'b', 'c', 'lost'].map((on) => pod(on, { on })), pod('waiting', { on: 'gone', bound: false })],
      [],
      ['waiting'],
      [],
    ],
    [
      'removes pods from nodes that they must leave',
      set({ template: { spec: { containers: [], nodeSelector: { name: 'a' } } } }),
      ['a', 'b'].map((on) => pod(on, { on })),
      [],
      ['b'],
      [],
    ],
  ])('%s', (_, which, pods, create, remove, ended) => {
    const plan = planUpkeep(view(which, pods));
    expect([plan.create, names(plan.remove), names(plan.ended)]).toEqual([create, remove, ended]);
  });
});

describe('a rolling update of a daemon set', () => {
  const old = (...on: string[]) => on.map((each) => pod(each, { on: each, old: true }));
  it.each<[string, DaemonSet, Pod[], string[], string[]]>([
    ['removes one at a time', set(), old('a', 'b', 'c'), [], ['a']],
    ['removes as many as may be missing', rolling({ maxUnavailable: '50%' }), old('a', 'b', 'c'), [], ['a', 'b']],
    ['waits for a new one to serve', set(), [pod('a', { on: 'a', ready: false }), ...old('b', 'c')], [], []],
    ['waits for one on its way out', set(), [pod('a', { on: 'a', old: true, going: true }), ...old('b', 'c')], [], []],
    [
      'removes those that serve nobody whatever the limit',
      set(),
      [pod('a', { on: 'a', old: true, ready: false }), pod('b', { on: 'b', old: true, ready: false }), ...old('c')],
      [],
      ['a', 'b'],
    ],
    [
      'counts a new one only when available',
      set({ minReadySeconds: 10 }),
      [pod('a', { on: 'a' }), ...old('b', 'c')],
      [],
      ['b', 'c'],
    ],
    ['removes nothing under OnDelete', set({ updateStrategy: { type: 'OnDelete' } }), old('a', 'b', 'c'), [], []],
    ['makes a second pod where it surges', surging, old('a', 'b', 'c'), ['a'], []],
    [
      'surges no further while the new one starts',
      surging,
      [...old('a', 'b', 'c'), pod('x', { on: 'a', ready: false })],
      [],
      [],
    ],
    ['moves on when the new one serves', surging, [...old('a', 'b', 'c'), pod('x', { on: 'a' })], ['b'], ['a']],
    [
      'makes one beside an old one that serves nobody whatever the limit',
      surging,
      [pod('a', { on: 'a', old: true, ready: false }), ...old('b', 'c')],
      ['a', 'b'],
      [],
    ],
  ])('%s', (_, which, pods, create, remove) => {
    const plan = planRolling(view(which, pods));
    expect([plan.create, names(plan.remove)]).toEqual([create, remove]);
  });

  it.each<[number | string | undefined, number | string | undefined, number, number]>([
    [undefined, undefined, 0, 1],
    ['10%', 0, 1, 0],
    [0, 0, 0, 1],
    [0, '30%', 0, 3],
  ])('bounds for surge %s and unavailable %s', (maxSurge, maxUnavailable, surge, unavailable) => {
    const given = {
      ...(maxSurge !== undefined && { maxSurge }),
      ...(maxUnavailable !== undefined && { maxUnavailable }),
    };
    expect(bounds(rolling(given), 10)).toEqual({ surge, unavailable });
  });
});

describe('the status of a daemon set', () => {
  it('counts nodes, not pods', () => {
    const which = set({ minReadySeconds: 10, template: { spec: { containers: [], nodeSelector: {} } } });
    const tainted = node('d', [{ key: 'gpu', effect: 'NoSchedule' }]);
    const pods = [
      pod('a', { on: 'a' }),
      pod('a2', { on: 'a', createdAt: 3, old: true }),
      pod('b', { on: 'b', ready: false, old: true }),
      pod('d', { on: 'd' }),
    ];
    expect(daemonSetStatus(view(which, pods, [node('a'), node('b'), node('c'), tainted]), 2)).toEqual({
      currentNumberScheduled: 2,
      numberMisscheduled: 1,
      desiredNumberScheduled: 3,
      numberReady: 1,
      observedGeneration: 1,
      updatedNumberScheduled: 1,
      numberAvailable: undefined,
      numberUnavailable: 3,
      collisionCount: 2,
    });
  });
});

it('waits longer each time a pod ends on one node', async () => {
  const clock = fakeClock();
  const backoff = endedBackoff(clock);
  expect(backoff.leftMs(set(), 'a')).toBe(0);
  expect(backoff.leftMs(set(), 'a')).toBe(1_000);
  expect(backoff.leftMs(set(), 'b')).toBe(0);
  await clock.advance(1_000);
  expect(backoff.leftMs(set(), 'a')).toBe(0);
  expect(backoff.leftMs(set(), 'a')).toBe(2_000);
});
