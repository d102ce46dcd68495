import { describe, expect, it } from 'vitest';
import { cronJobs } from '#api/batch/v1/cron-job.ts';
import { jobs } from '#api/batch/v1/job.ts';
import { events } from '#api/core/v1/event.ts';
import { eventually } from '#base/wait.ts';
import type { Client } from '#client/client.ts';
import type { CronJob } from '#gen/batch/v1.ts';
import { controllerWorld } from '../testing/world.ts';
import { cronJobController } from './controller.ts';

const key = { namespace: 'default', name: 'tick' };
const inDefault = { namespace: 'default' };
const tick = (spec: Partial<CronJob['spec']> = {}) => ({
  metadata: { name: 'tick', namespace: 'default' },
  spec: {
    schedule: '* * * * *',
    timeZone: 'Etc/UTC',
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'Never' as const, containers: [{ name: 'c', image: 'i' }] } } },
    },
    ...spec,
  },
});
const jobNames = async (client: Client) =>
  (await client.list(jobs, inDefault)).items.map(({ metadata }) => metadata.name).sort();
const minute = (index: number) => `tick-${29_453_760 + index}`;
const finish = async (client: Client, name: string, type: 'Complete' | 'Failed' = 'Complete') => {
  const job = await client.get(jobs, { namespace: 'default', name });
  const now = '2026-01-01T00:01:05Z';
  const early = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  const conditions = [early, type].map((each) => ({ type: each, status: 'True', lastTransitionTime: now }));
  const status = {
    startTime: '2026-01-01T00:01:00Z',
    ...(type === 'Complete' && { completionTime: now, succeeded: 1 }),
    ...(type === 'Failed' && { failed: 1 }),
    conditions,
  };
  await client.updateStatus(jobs, { ...job, status });
};
const reasons = async (client: Client) => (await client.list(events, inDefault)).items.map(({ reason }) => reason);

describe('cron job controller on a real server', () => {
  it('starts a job each minute, notes its end and keeps the history short', async () => {
    await using world = await controllerWorld([cronJobController]);
    const { client, clock } = world;
    await client.create(cronJobs, tick({ successfulJobsHistoryLimit: 1 }));
    await eventually(() => world.informers.for(cronJobs).get('default/tick'));
    await clock.advance(61_000);
    await eventually(async () => (await jobNames(client)).length === 1);
    expect(await jobNames(client)).toEqual([minute(1)]);
    const active = await eventually(async () => {
      const current = await client.get(cronJobs, key);
      return current.status.active?.length === 1 && current;
    });
    expect(active.status).toMatchObject({
      active: [{ kind: 'Job', apiVersion: 'batch/v1', name: minute(1), namespace: 'default' }],
      lastScheduleTime: '2026-01-01T00:01:00Z',
    });
    await finish(client, minute(1));
    const ended = await eventually(async () => {
      const current = await client.get(cronJobs, key);
      return !current.status.active && current;
    });
    expect(ended.status.lastSuccessfulTime).toBe('2026-01-01T00:01:05Z');
    await clock.advance(60_000);
    await eventually(async () => (await jobNames(client)).includes(minute(2)));
    await finish(client, minute(2));
    await eventually(async () => !(await jobNames(client)).includes(minute(1)));
    await eventually(async () => (await reasons(client)).includes('SuccessfulDelete'));
    expect(await reasons(client)).toEqual(expect.arrayContaining(['SuccessfulCreate', 'SawCompletedJob']));
  });

  it.each<[NonNullable<CronJob['spec']['concurrencyPolicy']>, string[]]>([
    ['Allow', [minute(1), minute(2)]],
    ['Forbid', [minute(1)]],
    ['Replace', [minute(2)]],
  ])('while a job runs, %s leaves %j', async (concurrencyPolicy, expected) => {
    await using world = await controllerWorld([cronJobController]);
    const { client, clock } = world;
    await client.create(cronJobs, tick({ concurrencyPolicy }));
    await eventually(() => world.informers.for(cronJobs).get('default/tick'));
    await clock.advance(61_000);
    await eventually(async () => (await client.get(cronJobs, key)).status.active?.length === 1);
    await clock.advance(60_000);
    const reason = concurrencyPolicy === 'Forbid' ? 'JobAlreadyActive' : 'SuccessfulCreate';
    await eventually(async () => {
      await clock.advance(1);
      const found = await client.list(events, inDefault);
      const times = found.items.filter((each) => each.reason === reason);
      return times.reduce((sum, { count = 1 }) => sum + count, 0) >= (reason === 'SuccessfulCreate' ? 2 : 1);
    });
    expect(await jobNames(client)).toEqual(expected);
  });

  it('starts nothing while suspended, and afterwards only the newest run', async () => {
    await using world = await controllerWorld([cronJobController]);
    const { client, clock } = world;
    await client.create(cronJobs, tick({ suspend: true }));
    await eventually(() => world.informers.for(cronJobs).get('default/tick'));
    await clock.advance(185_000);
    expect(await jobNames(client)).toEqual([]);
    const resume = { patchType: 'application/merge-patch+json' as const, patch: { spec: { suspend: false } } };
    await client.patch(cronJobs, key, resume);
    await eventually(async () => (await jobNames(client)).length === 1);
    expect(await jobNames(client)).toEqual([minute(3)]);
  });

  it('says which job of its list went missing', async () => {
    await using world = await controllerWorld([cronJobController]);
    const { client, clock } = world;
    await client.create(cronJobs, tick({ schedule: '1 0 * * *' }));
    await eventually(() => world.informers.for(cronJobs).get('default/tick'));
    await clock.advance(61_000);
    await eventually(async () => (await client.get(cronJobs, key)).status.active?.length === 1);
    await client.delete(jobs, { namespace: 'default', name: minute(1) }, { propagationPolicy: 'Background' });
    await eventually(async () => !(await client.get(cronJobs, key)).status.active);
    const told = await eventually(async () =>
      (await client.list(events, inDefault)).items.find(({ reason }) => reason === 'MissingJob'),
    );
    expect(told.message).toBe(`Active job went missing: ${minute(1)}`);
  });
});
