import { describe, expect, it } from 'vitest';
import { jobs } from '#api/batch/v1/job.ts';
import { pods } from '#api/core/v1/pod.ts';
import { eventually } from '#base/wait.ts';
import type { Client } from '#client/client.ts';
import type { Job } from '#gen/batch/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import { controllerWorld } from '../testing/world.ts';
import { jobController } from './controller.ts';
import { FAILURE_COUNT } from './index-failures.ts';
import { INDEX } from './pods.ts';

const key = { namespace: 'default', name: 'work' };
const job = (spec: Partial<Job['spec']>) => ({
  metadata: { name: 'work', namespace: 'default' },
  spec: {
    manualSelector: true,
    selector: { matchLabels: { job: 'work' } },
    template: {
      metadata: { labels: { job: 'work' } },
      spec: { restartPolicy: 'Never' as const, containers: [{ name: 'c', image: 'i' }] },
    },
    ...spec,
  },
});

const living = async (client: Client): Promise<Pod[]> =>
  (await client.list(pods, { namespace: 'default' })).items.filter(
    ({ status, metadata }) => !metadata.deletionTimestamp && (status?.phase ?? 'Pending') === 'Pending',
  );
const end = async (client: Client, pod: Pod | undefined, phase: 'Failed' | 'Succeeded') => {
  if (!pod) throw new Error('there is no such pod');
  const fresh = await client.get(pods, { namespace: 'default', name: pod.metadata.name });
  await client.updateStatus(pods, { ...fresh, status: { phase } });
};
const indexIn = ({ metadata }: Pod) => metadata.annotations?.[INDEX];

describe('job controller on a real server', () => {
  it('gives up its pods when suspended without counting them, and starts anew when resumed', async () => {
    await using world = await controllerWorld([jobController]);
    const { client } = world;
    await client.create(jobs, job({ parallelism: 2, completions: 2, backoffLimit: 0 }));
    await eventually(async () => (await living(client)).length === 2);
    const suspend = (value: boolean) => ({
      patchType: 'application/merge-patch+json' as const,
      patch: { spec: { suspend: value } },
    });
    await client.patch(jobs, key, suspend(true));
    const suspended = await eventually(async () => {
      const current = await client.get(jobs, key);
      return (await living(client)).length === 0 && !current.status.active && current;
    });
    expect(suspended.status.failed).toBeUndefined();
    expect(suspended.status.startTime).toBeUndefined();
    expect(suspended.status.conditions).toMatchObject([{ type: 'Suspended', status: 'True' }]);
    await client.patch(jobs, key, suspend(false));
    await eventually(async () => (await living(client)).length === 2);
    const resumed = await eventually(async () => {
      const current = await client.get(jobs, key);
      return current.status.active === 2 && current;
    });
    expect(resumed.status.startTime).toBeDefined();
    expect(resumed.status.conditions).toMatchObject([{ type: 'Suspended', status: 'False', reason: 'JobResumed' }]);
  });

  it('gives each index its own limit, and hands the number of failures on', async () => {
    await using world = await controllerWorld([jobController]);
    const { client, clock } = world;
    await client.create(
      jobs,
      job({ completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 1 }),
    );
    const both = await eventually(async () => {
      const found = await living(client);
      return found.length === 2 && found;
    });
    const first = both.find((pod) => indexIn(pod) === '0');
    expect(first?.metadata).toMatchObject({
      annotations: { [FAILURE_COUNT]: '0' },
      labels: { [INDEX]: '0' },
      generateName: 'work-0-',
    });
    expect(first?.spec.hostname).toBe('work-0');
    await end(client, first, 'Failed');
    const second = await eventually(async () => {
      await clock.advance(11_000);
      return (await living(client)).find((pod) => indexIn(pod) === '0');
    });
    expect(second.metadata.annotations?.[FAILURE_COUNT]).toBe('1');
    await end(client, second, 'Failed');
    await end(
      client,
      both.find((pod) => indexIn(pod) === '1'),
      'Succeeded',
    );
    const done = await eventually(async () => {
      await clock.advance(1_000);
      const current = await client.get(jobs, key);
      return current.status.conditions?.some(({ type }) => type === 'Failed') && current;
    });
    expect(done.status).toMatchObject({ failedIndexes: '0', completedIndexes: '1', failed: 2, succeeded: 1 });
    expect(done.status.conditions?.at(-1)).toMatchObject({
      reason: 'FailedIndexes',
      message: 'Job has failed indexes',
    });
  });

  it('ends early by its success policy and removes what still runs', async () => {
    await using world = await controllerWorld([jobController]);
    const { client } = world;
    await client.create(
      jobs,
      job({
        completionMode: 'Indexed',
        completions: 3,
        parallelism: 3,
        successPolicy: { rules: [{ succeededIndexes: '0' }] },
      }),
    );
    const all = await eventually(async () => {
      const found = await living(client);
      return found.length === 3 && found;
    });
    await end(
      client,
      all.find((pod) => indexIn(pod) === '0'),
      'Succeeded',
    );
    const done = await eventually(async () => {
      const current = await client.get(jobs, key);
      return current.status.conditions?.some(({ type }) => type === 'Complete') && current;
    });
    expect(done.status.conditions?.map(({ type, reason, message }) => [type, reason, message])).toEqual([
      ['SuccessCriteriaMet', 'SuccessPolicy', 'Matched rules at index 0'],
      ['Complete', 'SuccessPolicy', 'Matched rules at index 0'],
    ]);
    expect(await living(client)).toEqual([]);
  });

  it('adopts matching orphans and releases what matches no more', async () => {
    await using world = await controllerWorld([jobController]);
    const { client } = world;
    await client.create(jobs, job({ parallelism: 1, completions: 1 }));
    const [mine] = await eventually(async () => {
      const found = await living(client);
      return found.length === 1 && found;
    });
    await client.patch(
      pods,
      { namespace: 'default', name: mine?.metadata.name ?? '' },
      { patchType: 'application/merge-patch+json', patch: { metadata: { labels: { job: 'other' } } } },
    );
    await eventually(async () => {
      const released = await client.get(pods, { namespace: 'default', name: mine?.metadata.name ?? '' });
      return (released.metadata.ownerReferences ?? []).length === 0 && released;
    });
    await eventually(async () => (await living(client)).length === 2);
  });
});
