import { deployments } from '#api/apps/v1/deployment.ts';
import { replicaSets } from '#api/apps/v1/replica-set.ts';
import { pods } from '#api/core/v1/pod.ts';
import { isEmptySelector, selects } from '#apimachinery/labels.ts';
import { controllerOf, keyOf } from '#apimachinery/object.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '#gen/apps/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import { claim } from '#reconciler/claims.ts';
import type { ControllerDeps, ControllerFactory, ReconcileRequest, ReconcileResult } from '#reconciler/controller.ts';
import { enqueueSelf, ownerKey, watch } from '#reconciler/mappings.ts';
import { isPodTerminal } from '#reconciler/pod-state.ts';
import { writeStatus } from '#reconciler/status-update.ts';
import {
  conditionOf,
  countedStatus,
  deadlineMs,
  hasDeadline,
  isComplete,
  progressing,
  rolloutStatus,
} from './conditions.ts';
import { amend, createNew, refreshNew } from './new-replica-set.ts';
import { findNew, isRolling, isScaling, sizeOf } from './replica-sets.ts';
import { cleanUp, type Rollout, resize } from './rollout.ts';
import { planProportional, planRolling } from './scale-plan.ts';

/** Source: kubernetes pkg/controller/deployment/deployment_controller.go. */
export const deploymentController: ControllerFactory = (deps) => {
  const { informers } = deps;
  const byKey = informers.for(deployments);
  const sets = informers.for(replicaSets);
  const setKeys = (set: ReplicaSet): string[] => {
    if (controllerOf(set)) return [ownerKey(set, 'Deployment')].filter((key) => key !== undefined);
    return byKey
      .list(set.metadata.namespace)
      .filter(({ spec }) => selects(spec.selector, set.metadata.labels))
      .map(keyOf);
  };
  /** A deployment that recreates waits for the last old pod to go. */
  const podKeys = (pod: Pod): string[] => {
    const setKey = ownerKey(pod, 'ReplicaSet');
    const set = setKey ? sets.get(setKey) : undefined;
    const key = set && ownerKey(set, 'Deployment');
    const deployment = key ? byKey.get(key) : undefined;
    return deployment && key && !isRolling(deployment) ? [key] : [];
  };
  return {
    name: 'deployment-controller',
    watches: [
      enqueueSelf(deployments),
      watch(replicaSets, (set, previous) => [...new Set([...setKeys(set), ...(previous ? setKeys(previous) : [])])]),
      watch(pods, podKeys),
    ],
    reconcile: (request) => reconcile(deps, request),
  };
};

async function reconcile(deps: ControllerDeps, { key, signal }: ReconcileRequest): Promise<ReconcileResult> {
  const { client, informers, events, clock } = deps;
  const stored = informers.for(deployments).get(key);
  if (!stored) return;
  if (isEmptySelector(stored.spec.selector)) {
    events.event(stored, {
      type: 'Warning',
      reason: 'SelectingAll',
      message: 'This deployment is selecting all pods. A non-empty selector is required.',
    });
    const status = { ...stored.status, observedGeneration: stored.metadata.generation };
    await writeStatus(client, { resource: deployments, object: stored, status, signal });
    return;
  }
  const sets = await claim({
    client,
    owner: stored,
    ownerResource: deployments,
    resource: replicaSets,
    objects: informers.for(replicaSets).list(stored.metadata.namespace),
    isSelected: (labels) => selects(stored.spec.selector, labels),
    signal,
  });
  const rollout: Rollout = { stored, deployment: stored, sets, client, events, signal, nowMs: clock.now() };
  const status = await advance(rollout, informers.for(pods).list(stored.metadata.namespace));
  await writeStatus(client, { resource: deployments, object: rollout.stored, status, signal });
  return whenToLookAgain(rollout.deployment, status, clock.now());
}

/** A second beyond the deadline, so that the clock has surely passed it. */
function whenToLookAgain(deployment: Deployment, status: DeploymentStatus, nowMs: number): ReconcileResult {
  const reason = conditionOf(status, 'Progressing')?.reason;
  if (reason === 'ProgressDeadlineExceeded' || deployment.spec.paused) return undefined;
  const deadline = deadlineMs(deployment, status);
  return deadline === undefined ? undefined : { requeueAfterMs: Math.max(0, deadline - nowMs) + 1000 };
}

async function advance(rollout: Rollout, podsAround: readonly Pod[]): Promise<DeploymentStatus> {
  const { deployment } = rollout;
  if (deployment.metadata.deletionTimestamp) return counted(rollout, findNew(deployment, rollout.sets));
  notePause(rollout);
  if (deployment.spec.paused || isScaling(deployment, rollout.sets)) return await sync(rollout);
  return isRolling(deployment) ? await roll(rollout) : await recreate(rollout, podsAround);
}

function notePause(rollout: Rollout): void {
  const { deployment } = rollout;
  const reason = conditionOf(deployment.status, 'Progressing')?.reason;
  if (!hasDeadline(deployment) || reason === 'ProgressDeadlineExceeded') return;
  const isNoted = reason === 'DeploymentPaused';
  if (deployment.spec.paused && !isNoted)
    amend(rollout, progressing('DeploymentPaused', 'Deployment is paused', 'Unknown'));
  if (!deployment.spec.paused && isNoted)
    amend(rollout, progressing('DeploymentResumed', 'Deployment is resumed', 'Unknown'));
}

const oldOf = ({ sets }: Rollout, newSet: ReplicaSet | undefined): ReplicaSet[] =>
  sets.filter(({ metadata }) => metadata.uid !== newSet?.metadata.uid);

const currentOf = ({ sets }: Rollout, set: ReplicaSet | undefined): ReplicaSet | undefined =>
  set && sets.find(({ metadata }) => metadata.uid === set.metadata.uid);

const viewOf = (rollout: Rollout, newSet: ReplicaSet | undefined) => ({
  ...rollout,
  newSet: currentOf(rollout, newSet),
});

const counted = (rollout: Rollout, newSet: ReplicaSet | undefined): DeploymentStatus =>
  countedStatus(viewOf(rollout, newSet));

/** Only the size changed, or the rollout is paused: no new replica set is made. */
async function sync(rollout: Rollout): Promise<DeploymentStatus> {
  const newSet = await refreshNew(rollout);
  await resize(rollout, planProportional(rollout.deployment, newSet, oldOf(rollout, newSet)));
  if (rollout.deployment.spec.paused) await cleanUp(rollout, oldOf(rollout, newSet));
  return counted(rollout, newSet);
}

async function roll(rollout: Rollout): Promise<DeploymentStatus> {
  const newSet = (await refreshNew(rollout)) ?? (await createNew(rollout));
  if (!newSet) return rolloutStatus(viewOf(rollout, undefined));
  const isScaled = await resize(rollout, planRolling(rollout.deployment, newSet, oldOf(rollout, newSet)));
  return await finish(rollout, newSet, isScaled);
}

async function recreate(rollout: Rollout, podsAround: readonly Pod[]): Promise<DeploymentStatus> {
  const existing = await refreshNew(rollout);
  const old = oldOf(rollout, existing);
  const isShrunk = await resize(
    rollout,
    old.filter((set) => sizeOf(set) > 0).map((set) => ({ set, to: 0 })),
  );
  if (isShrunk || hasRunningPods(old, podsAround)) return rolloutStatus(viewOf(rollout, existing));
  const newSet = existing ?? (await createNew(rollout));
  if (!newSet) return rolloutStatus(viewOf(rollout, undefined));
  await resize(rollout, [{ set: newSet, to: sizeOf(rollout.deployment) }]);
  return await finish(rollout, newSet, false);
}

function hasRunningPods(old: readonly ReplicaSet[], podsAround: readonly Pod[]): boolean {
  const uids = new Set(old.map(({ metadata }) => metadata.uid));
  return podsAround.some((pod) => !isPodTerminal(pod) && uids.has(controllerOf(pod)?.uid ?? ''));
}

async function finish(rollout: Rollout, newSet: ReplicaSet, isScaled: boolean): Promise<DeploymentStatus> {
  if (!isScaled && isComplete(rollout.deployment, rollout.deployment.status ?? {}))
    await cleanUp(rollout, oldOf(rollout, newSet));
  return rolloutStatus(viewOf(rollout, newSet));
}
