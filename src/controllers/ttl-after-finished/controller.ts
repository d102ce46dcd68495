import { jobs } from '#api/batch/v1/job.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Job } from '#gen/batch/v1.ts';
import type { ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf } from '#reconciler/mappings.ts';

/** When a finished job with a time to live is due, in milliseconds since the epoch. */
export function dueMs({ spec, status }: Job): number | undefined {
  const end = status?.conditions?.find(
    ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
  );
  if (spec.ttlSecondsAfterFinished === undefined || !end?.lastTransitionTime) return undefined;
  return Date.parse(end.lastTransitionTime) + spec.ttlSecondsAfterFinished * 1000;
}

/** Deletes finished jobs after their time to live. Source: kubernetes pkg/controller/ttlafterfinished. */
export const ttlAfterFinishedController: ControllerFactory = ({ client, informers, clock }) => ({
  name: 'ttl-after-finished-controller',
  watches: [enqueueSelf(jobs)],
  async reconcile({ key, signal }) {
    const job = informers.for(jobs).get(key);
    const due = job && dueMs(job);
    if (!job || due === undefined || job.metadata.deletionTimestamp) return;
    const leftMs = due - clock.now();
    if (leftMs > 0) return { requeueAfterMs: leftMs };
    const { namespace = '', name, uid } = job.metadata;
    try {
      await client.delete(
        jobs,
        { namespace, name },
        { propagationPolicy: 'Foreground', preconditions: { uid }, signal },
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  },
});
