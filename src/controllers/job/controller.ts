import { jobs } from '#api/batch/v1/job.ts';
import { pods } from '#api/core/v1/pod.ts';
import { selects } from '#apimachinery/labels.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Job } from '#gen/batch/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import { claim, controllerReference } from '#reconciler/claims.ts';
import type { ControllerDeps, ControllerFactory, ReconcileRequest, ReconcileResult } from '#reconciler/controller.ts';
import { enqueueOwner, enqueueSelf } from '#reconciler/mappings.ts';
import { isNamespaceGoing } from '#reconciler/namespace-going.ts';
import { slowStart } from '#reconciler/slow-start.ts';
import { writeStatus } from '#reconciler/status-update.ts';
import { failureCounts } from './index-failures.ts';
import { conditionOf, isFinished, type NextPods, nextPods, outcome, tally, untilDeadlineMs } from './plan.ts';
import { isFailed, isSucceeded, isTracked, jobPod, TRACKING } from './pods.ts';
import { jobStatus } from './status.ts';

export const jobController: ControllerFactory = (deps) => ({
  name: 'job-controller',
  watches: [enqueueSelf(jobs), enqueueOwner(pods, 'Job')],
  reconcile: (request) => reconcile(deps, request),
});

async function reconcile(deps: ControllerDeps, { key, signal }: ReconcileRequest): Promise<ReconcileResult> {
  const { client, informers, clock } = deps;
  const job = informers.for(jobs).get(key);
  if (!job || (job.spec.managedBy && job.spec.managedBy !== 'kubernetes.io/job-controller')) return;
  const owned = await claim({
    client,
    owner: job,
    ownerResource: jobs,
    resource: pods,
    objects: informers.for(pods).list(job.metadata.namespace),
    isSelected: (labels) => selects(job.spec.selector, labels),
    signal,
  });
  if (isFinished(job) || job.metadata.deletionTimestamp) return await letGo(deps, owned.filter(isTracked), signal);
  const nowMs = clock.now();
  const counts = tally(job, owned);
  const end = outcome(job, owned, { counts, nowMs });
  const status = jobStatus(job, { counts, pods: owned, end, nowMs });
  const written = await writeStatus(client, { resource: jobs, object: job, status, signal });
  tell(deps, job, written);
  const noted = new Set([...counts.uncounted.succeeded, ...counts.uncounted.failed]);
  const waiting = new Set(end ? [] : counts.lastFailures.values());
  const isEnded = (pod: Pod) => noted.has(pod.metadata.uid) || isSucceeded(pod) || isFailed(job, pod);
  await letGo(
    deps,
    owned.filter((pod) => isTracked(pod) && isEnded(pod) && !waiting.has(pod)),
    signal,
  );
  const next = end ? { create: [], remove: counts.active } : nextPods(job, owned, { counts, nowMs });
  // What a living job gives up, by suspension or less parallelism, has not failed: it must not be counted.
  if (!end) await letGo(deps, next.remove.filter(isTracked), signal);
  await carryOut(deps, { job: written, next, lastFailures: counts.lastFailures, signal });
  const waits = [next.waitMs, end ? undefined : untilDeadlineMs(written, nowMs)].filter(
    (each) => each !== undefined && each > 0,
  );
  return waits.length > 0 ? { requeueAfterMs: Math.min(...(waits as number[])) } : undefined;
}

/** Says once what has just become true. */
function tell({ events }: ControllerDeps, before: Job, after: Job): void {
  const isNew = (type: string) => !conditionOf(before.status, type) && conditionOf(after.status, type);
  const failed = isNew('Failed');
  if (failed) events.event(after, { type: 'Warning', reason: failed.reason ?? '', message: failed.message ?? '' });
  if (isNew('Complete')) events.event(after, { type: 'Normal', reason: 'Completed', message: 'Job completed' });
  if (isNew('Suspended')) events.event(after, { type: 'Normal', reason: 'Suspended', message: 'Job suspended' });
  if (conditionOf(before.status, 'Suspended') && !conditionOf(after.status, 'Suspended'))
    events.event(after, { type: 'Normal', reason: 'Resumed', message: 'Job resumed' });
}

/** Removes the tracking finalizer: from here on the pod may vanish without being missed in the count. */
async function letGo({ client }: ControllerDeps, tracked: readonly Pod[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    tracked.map(async ({ metadata }) => {
      const { namespace = '', name, uid } = metadata;
      const patch = { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [TRACKING] } };
      try {
        await client.patch(
          pods,
          { namespace, name },
          { patchType: 'application/strategic-merge-patch+json', patch },
          { signal },
        );
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }),
  );
}

interface Work {
  readonly job: Job;
  readonly next: NextPods;
  readonly lastFailures: ReadonlyMap<number, Pod>;
  readonly signal: AbortSignal;
}

async function carryOut({ client, events }: ControllerDeps, { job, next, lastFailures, signal }: Work): Promise<void> {
  const reference = controllerReference(jobs as unknown as Resource, job);
  const made = await slowStart(next.create.length, async (at) => {
    const index = next.create[at];
    const annotations = failureCounts(job, index === undefined ? undefined : lastFailures.get(index));
    try {
      const pod = await client.create(pods, jobPod(job, reference, { index, annotations }), { signal });
      events.event(job, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
    } catch (error) {
      if (!isNamespaceGoing(error))
        events.event(job, {
          type: 'Warning',
          reason: 'FailedCreate',
          message: `Error creating: ${(error as Error).message}`,
        });
      throw error;
    }
  });
  if (made.error && !isNamespaceGoing(made.error)) throw made.error;
  for (const { metadata } of next.remove) {
    try {
      await client.delete(
        pods,
        { namespace: metadata.namespace ?? '', name: metadata.name },
        { signal, preconditions: { uid: metadata.uid } },
      );
      events.event(job, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${metadata.name}` });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
