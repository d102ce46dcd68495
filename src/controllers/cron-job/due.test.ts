import { describe, expect, it } from 'vitest';
import type { CronJob, Job } from '#gen/batch/v1.ts';
import { dueRun, untilNextMs } from './due.ts';
import { jobFor, planHistory } from './jobs.ts';
import { parseSchedule } from './schedule.ts';
import { timeZone } from './time-zone.ts';

const utc = timeZone('UTC');
const cron = (spec: Partial<CronJob['spec']> = {}, status: CronJob['status'] = {}): CronJob => ({
  metadata: {
    name: 'nightly',
    namespace: 'ns',
    uid: 'u',
    creationTimestamp: '2026-01-01T00:00:00Z',
  } as CronJob['metadata'],
  spec: { schedule: '0 * * * *', ...spec },
  status,
});
const due = (which: CronJob, at: string) => {
  const { scheduledMs, missed, isTooMany } = dueRun(which, parseSchedule(which.spec.schedule, utc), Date.parse(at));
  return [scheduledMs && new Date(scheduledMs).toISOString().slice(0, 16), missed, isTooMany];
};

describe('the run that is due', () => {
  it.each<[string, CronJob, string, unknown[]]>([
    ['is none before the first', cron(), '2026-01-01T00:59:59Z', [undefined, 0, false]],
    ['is the first at its time', cron(), '2026-01-01T01:00:00Z', ['2026-01-01T01:00', 1, false]],
    ['is the newest of several', cron(), '2026-01-01T05:30:00Z', ['2026-01-01T05:00', 5, false]],
    [
      'counts from the last',
      cron({}, { lastScheduleTime: '2026-01-01T05:00:00Z' }),
      '2026-01-01T05:30:00Z',
      [undefined, 0, false],
    ],
    [
      'is told to be one of too many',
      cron({ schedule: '* * * * *' }),
      '2026-01-01T05:00:00Z',
      ['2026-01-01T05:00', 300, true],
    ],
    [
      'is none that is older than the deadline',
      cron({ startingDeadlineSeconds: 60 }),
      '2026-01-01T05:30:00Z',
      [undefined, 0, false],
    ],
    [
      'is one within the deadline',
      cron({ startingDeadlineSeconds: 3600 }),
      '2026-01-01T05:30:00Z',
      ['2026-01-01T05:00', 1, false],
    ],
    [
      'copes with uneven spacing',
      cron({ schedule: '0 1,23 * * *' }),
      '2026-01-02T12:00:00Z',
      ['2026-01-02T01:00', 2, false],
    ],
    ['follows @every', cron({ schedule: '@every 90m' }), '2026-01-01T02:00:00Z', ['2026-01-01T01:30', 1, false]],
  ])('%s', (_, which, at, expected) => {
    expect(due(which, at)).toEqual(expected);
  });

  it('comes a tenth of a second after its time', () => {
    const which = cron();
    const schedule = parseSchedule(which.spec.schedule, utc);
    expect(untilNextMs(which, schedule, Date.parse('2026-01-01T00:30:00Z'))).toBe(1_800_100);
    expect(untilNextMs(which, schedule, Date.parse('2026-01-01T05:30:00Z'))).toBe(1_800_100);
  });
});

it('makes a job whose name is its time', () => {
  const jobTemplate = {
    metadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
    spec: { template: { spec: { containers: [] } } },
  };
  const made = jobFor(cron({ jobTemplate }), Date.parse('2026-01-01T01:00:00Z'), timeZone('Europe/Berlin'));
  expect(made.metadata).toMatchObject({
    name: 'nightly-29453820',
    labels: { a: 'b' },
    annotations: { c: 'd', 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T02:00:00+01:00' },
    ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', controller: true }],
  });
});

describe('the history', () => {
  const ended = (name: string, type: 'Complete' | 'Failed' | undefined, hour: number): Job =>
    ({
      metadata: { name },
      status: {
        startTime: `2026-01-01T0${hour}:00:00Z`,
        conditions: type ? [{ type, status: 'True' }] : [],
      },
    }) as unknown as Job;
  const all = [
    ended('c3', 'Complete', 3),
    ended('c1', 'Complete', 1),
    ended('f2', 'Failed', 2),
    ended('r0', undefined, 0),
  ];
  it.each<[string, Partial<CronJob['spec']>, string[]]>([
    ['keeps all without limits', {}, []],
    ['gives up what started first', { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 }, ['c1']],
    ['may keep none', { successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0 }, ['f2', 'c1', 'c3']],
  ])('%s', (_, spec, expected) => {
    expect(planHistory(cron(spec), all).map(({ metadata }) => metadata.name)).toEqual(expected);
  });
});
