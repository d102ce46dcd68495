import { describe, expect, it } from 'vitest';
import type { Job } from '#gen/batch/v1.ts';
import type { ContainerStatus, Pod } from '#gen/core/v1.ts';
import { FAILURE_COUNT, failureCounts, IGNORED_FAILURE_COUNT } from './index-failures.ts';
import { nextPods, outcome, tally } from './plan.ts';
import { INDEX, TRACKING } from './pods.ts';
import { jobStatus } from './status.ts';

const startMs = Date.UTC(2026, 0, 1);
const at = (seconds: number): string => new Date(startMs + seconds * 1000).toISOString();

const job = (spec: Partial<Job['spec']> = {}, status: Job['status'] = {}): Job => ({
  metadata: { name: 'j', namespace: 'ns', uid: 'u', creationTimestamp: at(0) } as Job['metadata'],
  spec: { completions: 3, parallelism: 2, template: { spec: { containers: [], restartPolicy: 'Never' } }, ...spec },
  status,
});

interface PodInput {
  index?: number;
  phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  exitCode?: number;
  endedAt?: number;
  restarts?: number;
  deleted?: boolean;
  tracked?: boolean;
  annotations?: Record<string, string>;
  conditions?: { type: string; status: string }[];
  createdAt?: number;
}

const pod = (name: string, input: PodInput = {}): Pod => {
  const { index, phase = 'Running', exitCode, endedAt = 0, restarts = 0, tracked = true } = input;
  const container: ContainerStatus = {
    name: 'c',
    image: 'i',
    imageID: '',
    ready: false,
    restartCount: restarts,
    ...(exitCode !== undefined && { state: { terminated: { exitCode, finishedAt: at(endedAt) } } }),
  } as ContainerStatus;
  return {
    metadata: {
      name,
      namespace: 'ns',
      uid: name,
      creationTimestamp: at(input.createdAt ?? 0),
      finalizers: tracked ? [TRACKING] : [],
      annotations: { ...input.annotations, ...(index !== undefined && { [INDEX]: String(index) }) },
      ...(input.deleted && { deletionTimestamp: at(1) }),
    } as unknown as Pod['metadata'],
    spec: { containers: [], nodeName: 'n' },
    status: { phase, conditions: input.conditions ?? [], containerStatuses: [container] },
  };
};

const failed = (name: string, input: PodInput = {}) => pod(name, { phase: 'Failed', exitCode: 1, ...input });
const succeeded = (name: string, input: PodInput = {}) => pod(name, { phase: 'Succeeded', exitCode: 0, ...input });

const seen = (which: Job, pods: Pod[], nowMs = startMs) => {
  const counts = tally(which, pods);
  const context = { counts, nowMs };
  return { counts, end: outcome(which, pods, context), next: nextPods(which, pods, context) };
};

const indexed = (spec: Partial<Job['spec']> = {}, status: Job['status'] = {}) =>
  job({ completionMode: 'Indexed', ...spec }, status);

describe('counting', () => {
  it('notes ended pods first, counts them once their finalizer is gone, and never twice', () => {
    const pods = [succeeded('a'), failed('b')];
    const first = tally(job(), pods);
    expect(first).toMatchObject({ succeeded: 0, failed: 0, uncounted: { succeeded: ['a'], failed: ['b'] } });
    const noted = job({}, { uncountedTerminatedPods: first.uncounted });
    expect(tally(noted, pods).uncounted).toEqual({ succeeded: ['a'], failed: ['b'] });
    const released = [succeeded('a', { tracked: false })];
    expect(tally(noted, released)).toMatchObject({
      succeeded: 1,
      failed: 1,
      uncounted: { succeeded: [], failed: [] },
    });
    const after = job({}, { succeeded: 1, failed: 1, uncountedTerminatedPods: {} });
    expect(tally(after, released)).toMatchObject({ succeeded: 1, failed: 1 });
  });

  it('counts each index once and ignores indexes beyond the last', () => {
    const counts = tally(indexed({ completions: 2 }, { completedIndexes: '0,5' }), [
      succeeded('a', { index: 0 }),
      succeeded('b', { index: 1 }),
      succeeded('c', { index: 7 }),
      failed('d', { index: 9 }),
    ]);
    expect([...counts.completedIndexes]).toEqual([0, 1]);
    expect(counts).toMatchObject({ succeeded: 2, uncounted: { succeeded: [], failed: [] } });
  });

  it.each([
    ['TerminatingOrFailed', 1],
    ['Failed', 0],
  ] as const)('counts a pod on its way out as failed under %s: %i', (podReplacementPolicy, expected) => {
    const counts = tally(job({ podReplacementPolicy }), [pod('a', { deleted: true })]);
    expect(counts.uncounted.failed).toHaveLength(expected);
    expect(counts.active).toEqual([]);
  });
});

describe('the end of a job', () => {
  const policy = (action: 'FailJob' | 'Ignore' | 'Count', operator: 'In' | 'NotIn' = 'In'): Partial<Job['spec']> => ({
    podFailurePolicy: { rules: [{ action, onExitCodes: { operator, values: [42] } }] },
  });
  const onCondition: Partial<Job['spec']> = {
    podFailurePolicy: {
      rules: [{ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
    },
  };
  const disrupted = { conditions: [{ type: 'DisruptionTarget', status: 'True' }] };
  const restarting = { template: { spec: { containers: [], restartPolicy: 'OnFailure' as const } } };
  it.each<[string, Job, Pod[], string | undefined, string?]>([
    ['goes on while completions are missing', job(), [succeeded('a')], undefined],
    [
      'comes when enough have succeeded',
      job({}, { succeeded: 2 }),
      [succeeded('a')],
      'CompletionsReached',
      'Reached expected number of succeeded pods',
    ],
    ['waits, without completions, for all', job({ completions: undefined }), [succeeded('a'), pod('b')], undefined],
    [
      'comes, without completions, after the last',
      job({ completions: undefined }),
      [succeeded('a')],
      'CompletionsReached',
    ],
    [
      'comes for a suspended job that had all it needs',
      job({ suspend: true }, { succeeded: 3 }),
      [],
      'CompletionsReached',
    ],
    ['waits at the limit', job({ backoffLimit: 1 }), [failed('a')], undefined],
    [
      'comes beyond the limit',
      job({ backoffLimit: 1 }, { failed: 1 }),
      [failed('a')],
      'BackoffLimitExceeded',
      'Job has reached the specified backoff limit',
    ],
    [
      'comes with too many restarts',
      job({ backoffLimit: 2, ...restarting }),
      [pod('a', { restarts: 2 })],
      'BackoffLimitExceeded',
    ],
    ['waits below that many restarts', job({ backoffLimit: 2, ...restarting }), [pod('a', { restarts: 1 })], undefined],
    [
      'comes by policy on an exit code',
      job(policy('FailJob')),
      [failed('a', { exitCode: 42 })],
      'PodFailurePolicy',
      'Container c for pod ns/a failed with exit code 42 matching FailJob rule at index 0',
    ],
    ['leaves other exit codes alone', job(policy('FailJob')), [failed('a', { exitCode: 43 })], undefined],
    ['matches by NotIn', job(policy('FailJob', 'NotIn')), [failed('a', { exitCode: 43 })], 'PodFailurePolicy'],
    [
      'comes by policy on a condition',
      job(onCondition),
      [failed('a', disrupted)],
      'PodFailurePolicy',
      'Pod ns/a has condition DisruptionTarget matching FailJob rule at index 0',
    ],
    [
      'forgives what is ignored',
      job({ backoffLimit: 0, ...policy('Ignore') }),
      [failed('a', { exitCode: 42 })],
      undefined,
    ],
    [
      'counts what is counted',
      job({ backoffLimit: 0, ...policy('Count') }),
      [failed('a', { exitCode: 42 })],
      'BackoffLimitExceeded',
    ],
    [
      'comes with the deadline',
      job({ activeDeadlineSeconds: 10 }, { startTime: new Date(startMs - 10_000).toISOString() }),
      [],
      'DeadlineExceeded',
      'Job was active longer than specified deadline',
    ],
    [
      'does not come for a suspended job with the deadline',
      job({ activeDeadlineSeconds: 10, suspend: true }, { startTime: new Date(startMs - 10_000).toISOString() }),
      [],
      undefined,
    ],
    [
      'stays what it was once decided',
      job({}, { conditions: [{ type: 'FailureTarget', status: 'True', reason: 'PodFailurePolicy', message: 'm' }] }),
      [],
      'PodFailurePolicy',
      'm',
    ],
    [
      'comes with one failed index too many',
      indexed({ backoffLimitPerIndex: 0, maxFailedIndexes: 1 }),
      [failed('a', { index: 0 }), failed('b', { index: 1 })],
      'MaxFailedIndexesExceeded',
      'Job has exceeded the specified maximal number of failed indexes',
    ],
    [
      'comes when each index has ended, some by failure',
      indexed({ backoffLimitPerIndex: 0 }, { completedIndexes: '0,1' }),
      [failed('a', { index: 2 })],
      'FailedIndexes',
      'Job has failed indexes',
    ],
    [
      'waits for the other indexes where one has failed',
      indexed({ backoffLimitPerIndex: 0 }, { completedIndexes: '0' }),
      [failed('a', { index: 2 })],
      undefined,
    ],
    [
      'has no total limit of its own under a limit per index',
      indexed({ backoffLimitPerIndex: 9 }, { failed: 100 }),
      [failed('a', { index: 2 })],
      undefined,
    ],
    [
      'comes by the success policy: these indexes',
      indexed({ successPolicy: { rules: [{ succeededIndexes: '2' }, { succeededIndexes: '0-1' }] } }),
      [succeeded('a', { index: 0 }), succeeded('b', { index: 1 })],
      'SuccessPolicy',
      'Matched rules at index 1',
    ],
    [
      'comes by the success policy: so many of these',
      indexed({ successPolicy: { rules: [{ succeededIndexes: '0-1', succeededCount: 1 }] } }),
      [succeeded('a', { index: 1 })],
      'SuccessPolicy',
      'Matched rules at index 0',
    ],
    [
      'waits while too few of these have succeeded',
      indexed({ successPolicy: { rules: [{ succeededIndexes: '0-1', succeededCount: 1 }] } }),
      [succeeded('a', { index: 2 })],
      undefined,
    ],
    [
      'comes by the success policy: any so many',
      indexed({ successPolicy: { rules: [{ succeededCount: 1 }] } }),
      [succeeded('a', { index: 2 })],
      'SuccessPolicy',
    ],
  ])('%s', (_, which, pods, reason, message) => {
    const { end } = seen(which, pods);
    expect(end?.reason).toBe(reason);
    if (message) expect(end?.message).toBe(message);
  });
});

describe('the next pods', () => {
  const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name);
  it.each<[string, Job, Pod[], unknown[], string[]]>([
    ['start with the parallelism', job(), [], [undefined, undefined], []],
    ['are no more than are missing', job({ parallelism: 5 }, { succeeded: 1 }), [pod('a')], [undefined], []],
    [
      'are none after a first success without completions',
      job({ completions: undefined }),
      [succeeded('x'), pod('a')],
      [],
      [],
    ],
    ['are none of a suspended job, and it gives up those it has', job({ suspend: true }), [pod('a')], [], ['a']],
    [
      'are fewer when the parallelism shrinks: those that have done least go',
      job({ parallelism: 1 }),
      [pod('old'), pod('pending', { phase: 'Pending' })],
      [],
      ['pending'],
    ],
    ['take the free indexes', indexed({}, { completedIndexes: '0' }), [pod('a', { index: 1 })], [2], []],
    [
      'give up the younger of two with one index, and those beyond the last',
      indexed({ completions: 2 }),
      [pod('a', { index: 0 }), pod('b', { index: 0, createdAt: 5 }), pod('c', { index: 4 })],
      [],
      ['b', 'c'],
    ],
    ['leave failed indexes out', indexed({ backoffLimitPerIndex: 0 }, { failedIndexes: '0' }), [], [1, 2], []],
    [
      'wait for those on their way out where only the failed are replaced',
      job({ podReplacementPolicy: 'Failed' }),
      [pod('a', { deleted: true }), pod('b')],
      [],
      [],
    ],
  ])('%s', (_, which, pods, create, remove) => {
    const { next } = seen(which, pods);
    expect(next.create).toEqual(create);
    expect(names(next.remove).sort()).toEqual(remove);
  });

  it.each<[number, number]>([
    [1, 10_000],
    [2, 20_000],
    [3, 40_000],
    [9, 600_000],
  ])('wait after %i failures in a row for %i ms', (failures, waitMs) => {
    const pods = Array.from({ length: failures }, (_, each) => failed(`f${each}`));
    expect(seen(job({ backoffLimit: 100 }), pods).next).toEqual({ create: [], remove: [], waitMs });
    expect(seen(job({ backoffLimit: 100 }), pods, startMs + waitMs).next.create).toHaveLength(2);
  });

  it('do not wait after what the job gave up itself', () => {
    expect(seen(job(), [pod('a', { deleted: true, tracked: false })]).next.create).toHaveLength(2);
  });

  it('wait for each index by itself', () => {
    const which = indexed({ backoffLimitPerIndex: 5, parallelism: 3 });
    const pods = [failed('a', { index: 0, annotations: { [FAILURE_COUNT]: '1' } }), failed('b', { index: 1 })];
    expect(seen(which, pods).next).toEqual({ create: [2], remove: [], waitMs: 10_000 });
    expect(seen(which, pods, startMs + 10_000).next).toEqual({ create: [1, 2], remove: [], waitMs: 10_000 });
    expect(seen(which, pods, startMs + 20_000).next).toEqual({ create: [0, 1, 2], remove: [] });
  });
});

describe('failures of an index', () => {
  const ignoring = indexed({
    backoffLimitPerIndex: 2,
    podFailurePolicy: {
      rules: [
        { action: 'Ignore', onExitCodes: { operator: 'In', values: [7] } },
        { action: 'FailIndex', onExitCodes: { operator: 'In', values: [9] } },
      ],
    },
  });
  it.each<[string, Job, Pod | undefined, Record<string, string>]>([
    ['nothing without a limit per index', indexed(), failed('a', { index: 0 }), {}],
    ['zero for the first pod', ignoring, undefined, { [FAILURE_COUNT]: '0' }],
    [
      'one more after a failure',
      ignoring,
      failed('a', { annotations: { [FAILURE_COUNT]: '1' } }),
      { [FAILURE_COUNT]: '2' },
    ],
    [
      'ignored ones apart',
      ignoring,
      failed('a', { exitCode: 7, annotations: { [FAILURE_COUNT]: '1' } }),
      { [FAILURE_COUNT]: '1', [IGNORED_FAILURE_COUNT]: '1' },
    ],
  ])('are handed on as %s', (_, which, replaced, expected) => {
    expect(failureCounts(which, replaced)).toEqual(expected);
  });

  it.each<[string, PodInput, number[]]>([
    ['not yet at the limit', { annotations: { [FAILURE_COUNT]: '1' } }, []],
    ['at the limit', { annotations: { [FAILURE_COUNT]: '2' } }, [1]],
    ['at once by policy', { exitCode: 9 }, [1]],
    ['never by what is ignored', { exitCode: 7, annotations: { [FAILURE_COUNT]: '2' } }, []],
  ])('end it %s', (_, input, expected) => {
    const { counts } = seen(ignoring, [failed('a', { index: 1, ...input })]);
    expect([...(counts.failedIndexes ?? [])]).toEqual(expected);
    expect(counts.lastFailures.has(1)).toBe(expected.length === 0);
  });
});

describe('the status of a job', () => {
  const statusOf = (which: Job, pods: Pod[]) => {
    const { counts, end } = seen(which, pods);
    return jobStatus(which, { counts, end, pods, nowMs: startMs });
  };
  it('loses its start when suspended, and says so', () => {
    const status = statusOf(job({ suspend: true }, { startTime: at(-5) }), []);
    expect(status.startTime).toBeUndefined();
    expect(status.conditions).toEqual([
      expect.objectContaining({ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }),
    ]);
  });
  it('starts anew when resumed', () => {
    const suspended = { type: 'Suspended', status: 'True', lastTransitionTime: at(-5) };
    const status = statusOf(job({ suspend: false }, { conditions: [suspended] }), []);
    expect(status.startTime).toBe('2026-01-01T00:00:00Z');
    expect(status.conditions).toEqual([
      expect.objectContaining({ type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' }),
    ]);
  });
  it('announces its end, but ends only when nothing runs and all is counted', () => {
    const running = statusOf(job({ backoffLimit: 0 }, { failed: 1 }), [pod('a')]);
    expect(running.conditions?.map(({ type }) => type)).toEqual(['FailureTarget']);
    const over = statusOf(job({ backoffLimit: 0 }, { failed: 1 }), []);
    expect(over.conditions?.map(({ type }) => type)).toEqual(['FailureTarget', 'Failed']);
    expect(over.completionTime).toBeUndefined();
  });
  it('writes indexes as ranges', () => {
    const status = statusOf(indexed({ backoffLimitPerIndex: 0, completions: 9 }, { completedIndexes: '0-2,4' }), [
      failed('a', { index: 6 }),
    ]);
    expect(status).toMatchObject({ completedIndexes: '0-2,4', failedIndexes: '6', succeeded: 4 });
  });
});
