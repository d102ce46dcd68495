import { replicaSets } from '#api/apps/v1/replica-set.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from '#client/event-recorder.ts';
import type { Deployment, ReplicaSet } from '#gen/apps/v1.ts';
import { revisionOf } from './annotations.ts';
import { createdFirst, sizeAnnotations, sizeOf } from './replica-sets.ts';
import type { Resize } from './scale-plan.ts';

/** One reconcile of a deployment under way: what is stored, and what this pass has come to know. */
export interface Rollout {
  /** As the server last gave it; writes start from its resourceVersion. */
  stored: Deployment;
  /** The same with conditions that the status at the end will carry. */
  deployment: Deployment;
  /** All replica sets that the deployment owns. */
  sets: readonly ReplicaSet[];
  readonly client: Client;
  readonly events: EventRecorder;
  readonly signal: AbortSignal;
  readonly nowMs: number;
}

/** Carries out resizes; replica sets of the right size only get their annotations renewed. @returns whether a size changed. */
export async function resize(rollout: Rollout, steps: readonly Resize[]): Promise<boolean> {
  let changed = false;
  for (const { set, to } of steps) {
    const written = await resizeOne(rollout, { set, to });
    if (written) rollout.sets = rollout.sets.map((each) => (each.metadata.uid === set.metadata.uid ? written : each));
    changed ||= sizeOf(set) !== to;
  }
  return changed;
}

async function resizeOne(
  { deployment, client, events, signal }: Rollout,
  { set, to }: Resize,
): Promise<ReplicaSet | undefined> {
  const from = sizeOf(set);
  const wanted = sizeAnnotations(deployment);
  const isNoted = Object.entries(wanted).every(([key, value]) => set.metadata.annotations?.[key] === value);
  if (from === to && isNoted) return undefined;
  const metadata = { ...set.metadata, annotations: { ...set.metadata.annotations, ...wanted } };
  const written = await client.update(
    replicaSets,
    { ...set, metadata, spec: { ...set.spec, replicas: to } },
    { signal },
  );
  if (from !== to) {
    const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`;
    events.event(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
  }
  return written;
}

/** The old replica sets beyond the history limit, lowest revision first, of which nothing is left. */
export function planCleanup(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined) return [];
  const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const ordered = alive.toSorted((a, b) => revisionOf(a) - revisionOf(b) || createdFirst(a, b));
  return ordered.slice(0, Math.max(0, alive.length - limit)).filter(isSpent);
}

const isSpent = (set: ReplicaSet): boolean =>
  (set.status?.replicas ?? 0) === 0 &&
  sizeOf(set) === 0 &&
  (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0);

export async function cleanUp({ deployment, client, signal }: Rollout, old: readonly ReplicaSet[]): Promise<void> {
  for (const { metadata } of planCleanup(deployment, old)) {
    try {
      await client.delete(replicaSets, { namespace: metadata.namespace ?? '', name: metadata.name }, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
