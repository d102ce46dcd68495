import { describe, expect, it } from 'vitest';
import type { Pod } from '#gen/core/v1.ts';
import type { PodDisruptionBudget } from '#gen/policy/v1.ts';
import { budgetStatus, disrupted, failedStatus, needsScale } from './plan.ts';

const nowMs = Date.UTC(2026, 0, 1, 1);
const budget = (
  spec: PodDisruptionBudget['spec'],
  status: PodDisruptionBudget['status'] = {},
): PodDisruptionBudget => ({
  metadata: { name: 'b', namespace: 'ns', generation: 4 } as PodDisruptionBudget['metadata'],
  spec,
  status,
});
const pod = (name: string, ready = true, going = false): Pod =>
  ({
    metadata: { name, ...(going && { deletionTimestamp: 'now' }) },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }) as unknown as Pod;
const pods = (healthy: number, sick = 0) => [
  ...Array.from({ length: healthy }, (_, each) => pod(`h${each}`)),
  ...Array.from({ length: sick }, (_, each) => pod(`s${each}`, false)),
];

describe('the status of a budget', () => {
  it.each<[string, PodDisruptionBudget['spec'], Pod[], number, [number, number, number, number]]>([
    ['a number at least', { minAvailable: 2 }, pods(3), 0, [1, 3, 2, 3]],
    ['a number at least, just reached', { minAvailable: 3 }, pods(3), 0, [0, 3, 3, 3]],
    ['a number at least, missed', { minAvailable: 3 }, pods(2, 1), 0, [0, 2, 3, 3]],
    ['a share at least, rounded up', { minAvailable: '50%' }, pods(5), 5, [2, 5, 3, 5]],
    ['a share of the wanted, not of the present', { minAvailable: '50%' }, pods(3), 10, [0, 3, 5, 10]],
    ['a number at most', { maxUnavailable: 1 }, pods(3), 3, [1, 3, 2, 3]],
    ['a number at most, used up', { maxUnavailable: 1 }, pods(2, 1), 3, [0, 2, 2, 3]],
    ['a share at most, rounded up', { maxUnavailable: '30%' }, pods(5), 5, [2, 5, 3, 5]],
    ['more at most than there are', { maxUnavailable: 9 }, pods(2), 2, [2, 2, 0, 2]],
    ['nobody', { maxUnavailable: 1 }, [], 0, [0, 0, 0, 0]],
    ['pods on their way out', { minAvailable: 1 }, [pod('a'), pod('b', true, true)], 0, [0, 1, 1, 2]],
  ])('%s', (_, spec, chosen, expectedScale, [allowed, healthy, desired, expected]) => {
    const status = budgetStatus({ budget: budget(spec), pods: chosen, expectedScale, nowMs }, {});
    expect(status).toMatchObject({
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      observedGeneration: 4,
    });
    expect(status.conditions).toEqual([
      {
        type: 'DisruptionAllowed',
        status: allowed > 0 ? 'True' : 'False',
        reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
        message: '',
        observedGeneration: 4,
        lastTransitionTime: '2026-01-01T01:00:00Z',
      },
    ]);
  });

  it('keeps the time of a condition that did not turn', () => {
    const lastTransitionTime = '2025-01-01T00:00:00Z';
    const old = {
      type: 'DisruptionAllowed',
      status: 'True',
      reason: 'SufficientPods',
      message: '',
      lastTransitionTime,
    };
    const status = budgetStatus(
      { budget: budget({ minAvailable: 1 }, { conditions: [old] }), pods: pods(2), expectedScale: 0, nowMs },
      {},
    );
    expect(status.conditions?.[0]?.lastTransitionTime).toBe(lastTransitionTime);
  });

  it('allows nothing when it cannot be counted', () => {
    expect(failedStatus(budget({}, { disruptionsAllowed: 3, currentHealthy: 3 }), 'why', nowMs)).toMatchObject({
      disruptionsAllowed: 0,
      currentHealthy: 3,
      conditions: [{ status: 'False', reason: 'SyncFailed', message: 'why' }],
    });
  });
});

it('counts a granted eviction as gone for two minutes, then says that it never happened', () => {
  const given = budget(
    { minAvailable: 1 },
    { disruptedPods: { h0: '2026-01-01T00:59:00Z', h1: '2026-01-01T00:57:00Z', lost: '2026-01-01T00:59:30Z' } },
  );
  const view = { budget: given, pods: pods(3), expectedScale: 0, nowMs };
  const { pending, overdue, lapsesMs } = disrupted(view);
  expect(pending).toEqual({ h0: '2026-01-01T00:59:00Z' });
  expect(overdue.map(({ metadata }) => metadata.name)).toEqual(['h1']);
  expect(lapsesMs).toBe(nowMs + 60_000);
  expect(budgetStatus(view, pending)).toMatchObject({
    currentHealthy: 2,
    disruptionsAllowed: 1,
    disruptedPods: pending,
  });
});

it.each<[PodDisruptionBudget['spec'], boolean]>([
  [{ minAvailable: 1 }, false],
  [{ minAvailable: '1%' }, true],
  [{ maxUnavailable: 1 }, true],
])('%j needs the size of the controllers: %s', (spec, expected) => {
  expect(needsScale(budget(spec))).toBe(expected);
});
