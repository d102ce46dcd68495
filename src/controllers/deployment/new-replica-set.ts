import { deployments } from '#api/apps/v1/deployment.ts';
import { replicaSets } from '#api/apps/v1/replica-set.ts';
import { controllerOf, copyOf } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { isAlreadyExists } from '#apimachinery/status.ts';
import type { Deployment, ReplicaSet } from '#gen/apps/v1.ts';
import { controllerReference } from '#reconciler/claims.ts';
import { isNamespaceGoing } from '#reconciler/namespace-going.ts';
import { writeStatus } from '#reconciler/status-update.ts';
import { templateHash } from '#reconciler/template-hash.ts';
import { annotationsAt, inherited, REVISION, revisionOf } from './annotations.ts';
import { conditionOf, hasDeadline, progressing, setCondition } from './conditions.ts';
import { findNew, HASH_LABEL, isSameTemplate, sizeAnnotations, sizeOf } from './replica-sets.ts';
import type { Rollout } from './rollout.ts';
import { newSize } from './scale-plan.ts';

const isSubset = (part: Record<string, string>, whole: Record<string, string> | undefined): boolean =>
  Object.entries(part).every(([key, value]) => whole?.[key] === value);

/** Brings the replica set of the current template up to date where there is one. */
export async function refreshNew(rollout: Rollout): Promise<ReplicaSet | undefined> {
  const { deployment, sets, client, signal } = rollout;
  const found = findNew(deployment, sets);
  if (!found) return undefined;
  const revision = nextRevision(sets, found);
  const annotations = annotationsAt(found.metadata.annotations ?? {}, inherited(deployment), revision);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  let fresh = found;
  if (!isSubset(annotations, found.metadata.annotations) || (found.spec.minReadySeconds ?? 0) !== minReadySeconds) {
    const changed = copyOf(found);
    changed.metadata.annotations = annotations;
    changed.spec.minReadySeconds = minReadySeconds;
    fresh = await client.update(replicaSets, changed, { signal });
    rollout.sets = sets.map((set) => (set === found ? fresh : set));
  }
  await noteRevision(rollout, revisionOf(fresh));
  if (hasDeadline(deployment) && !conditionOf(rollout.deployment.status, 'Progressing')) {
    amend(rollout, progressing('FoundNewReplicaSet', `Found new replica set "${fresh.metadata.name}"`));
  }
  return fresh;
}

/** Makes the replica set of the current template. Undefined where the namespace is going away. */
export async function createNew(rollout: Rollout): Promise<ReplicaSet | undefined> {
  const { deployment, sets, client, signal, events } = rollout;
  const wanted = newReplicaSet(deployment, sets);
  let created: ReplicaSet;
  try {
    created = await client.create(replicaSets, wanted, { signal });
  } catch (error) {
    if (isNamespaceGoing(error)) return undefined;
    if (isAlreadyExists(error)) return await settleCollision(rollout, wanted, error);
    const message = error instanceof Error ? error.message : String(error);
    if (hasDeadline(deployment)) {
      amend(rollout, progressing('ReplicaSetCreateError', message, 'False'));
      await writeStatus(client, {
        resource: deployments,
        object: rollout.stored,
        status: rollout.deployment.status,
        signal,
      });
    }
    throw error;
  }
  if (sizeOf(created) > 0) {
    const message = `Scaled up replica set ${created.metadata.name} from 0 to ${sizeOf(created)}`;
    events.event(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
  }
  rollout.sets = [...sets, created];
  await noteRevision(rollout, revisionOf(created));
  if (hasDeadline(deployment))
    amend(rollout, progressing('NewReplicaSetCreated', `Created new replica set "${created.metadata.name}"`));
  return created;
}

const nextRevision = (sets: readonly ReplicaSet[], newSet: ReplicaSet | undefined): number =>
  1 + Math.max(0, ...sets.filter((set) => set !== newSet).map(revisionOf));

function newReplicaSet(deployment: Deployment, sets: readonly ReplicaSet[]) {
  const hash = templateHash(deployment.spec.template, deployment.status?.collisionCount);
  const { selector } = deployment.spec;
  const template = copyOf(deployment.spec.template);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const annotations = annotationsAt({}, inherited(deployment), nextRevision(sets, undefined));
  return {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: { ...annotations, ...sizeAnnotations(deployment) },
      ownerReferences: [controllerReference(deployments as unknown as Resource, deployment)],
    },
    spec: {
      replicas: newSize(deployment, sets, 0),
      minReadySeconds: deployment.spec.minReadySeconds,
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** The name is taken: by ourselves, unseen (then use it), or by another template (then count, and hash anew). */
async function settleCollision(
  rollout: Rollout,
  wanted: ReturnType<typeof newReplicaSet>,
  error: unknown,
): Promise<ReplicaSet> {
  const { client, deployment, signal, stored } = rollout;
  const namespace = deployment.metadata.namespace ?? '';
  const taken = await client.get(replicaSets, { namespace, name: wanted.metadata.name }, { signal });
  const isOurs = controllerOf(taken)?.uid === deployment.metadata.uid;
  if (isOurs && isSameTemplate(taken.spec.template, deployment.spec.template)) {
    rollout.sets = [...rollout.sets, taken];
    await noteRevision(rollout, revisionOf(taken));
    return taken;
  }
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  await client.updateStatus(deployments, { ...stored, status: { ...stored.status, collisionCount } }, { signal });
  throw error;
}

/** Writes the current revision on the deployment, where `kubectl rollout` looks for it. */
async function noteRevision(rollout: Rollout, revision: number): Promise<void> {
  const { stored, client, signal } = rollout;
  if (stored.metadata.annotations?.[REVISION] === String(revision)) return;
  const metadata = {
    ...stored.metadata,
    annotations: { ...stored.metadata.annotations, [REVISION]: String(revision) },
  };
  const written = await client.update(deployments, { ...stored, metadata }, { signal });
  rollout.stored = written;
  rollout.deployment = { ...written, status: rollout.deployment.status };
}

/** Changes a condition in the rollout's view; the status written at the end carries it. */
export function amend(rollout: Rollout, word: Parameters<typeof setCondition>[1]): void {
  const { deployment, nowMs } = rollout;
  const conditions = setCondition(deployment.status?.conditions ?? [], word, nowMs);
  rollout.deployment = { ...deployment, status: { ...deployment.status, conditions } };
}
