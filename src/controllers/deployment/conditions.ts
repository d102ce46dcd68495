/** Conditions of a deployment, worded as upstream words them. Source: kubernetes pkg/controller/deployment/{progress,sync}.go. */
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '#gen/apps/v1.ts';
import { timestamp } from '#reconciler/time.ts';
import { bounds, sizeOf, sum } from './replica-sets.ts';

/** What 'no deadline' looks like in the API: the largest int32. */
const NO_DEADLINE = 2_147_483_647;

export interface RolloutView {
  readonly deployment: Deployment;
  readonly newSet: ReplicaSet | undefined;
  /** All of the deployment's replica sets, the new one among them. */
  readonly sets: readonly ReplicaSet[];
  readonly nowMs: number;
}

type Word = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>;

export const conditionOf = (status: DeploymentStatus | undefined, type: string): DeploymentCondition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** Replaces a condition; one that says the same keeps its times, one of the same status its transition time. */
export function setCondition(
  conditions: readonly DeploymentCondition[],
  word: Word,
  nowMs: number,
): DeploymentCondition[] {
  const existing = conditions.find(({ type }) => type === word.type);
  if (existing?.status === word.status && existing.reason === word.reason) return [...conditions];
  const now = timestamp(nowMs);
  const lastTransitionTime = existing?.status === word.status ? existing.lastTransitionTime : now;
  const fresh = {
    type: word.type,
    status: word.status,
    lastUpdateTime: now,
    lastTransitionTime,
    reason: word.reason,
    message: word.message,
  };
  return [...conditions.filter(({ type }) => type !== word.type), fresh];
}

export const progressing = (reason: string, message: string, status = 'True'): Word => ({
  type: 'Progressing',
  status,
  reason,
  message,
});

export const hasDeadline = ({ spec }: Deployment): boolean =>
  spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== NO_DEADLINE;

/** The counts of all replica sets, and whether enough of them serve. */
export function countedStatus(view: RolloutView): DeploymentStatus {
  const { deployment, newSet, sets, nowMs } = view;
  const total = sum(sets, sizeOf);
  const available = sum(sets, ({ status }) => status?.availableReplicas ?? 0);
  const required = sizeOf(deployment) - bounds(deployment).unavailable;
  const word: Word =
    available >= required
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        };
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: orAbsent(sum(sets, ({ status }) => status?.replicas ?? 0)),
    updatedReplicas: orAbsent(newSet?.status?.replicas ?? 0),
    readyReplicas: orAbsent(sum(sets, ({ status }) => status?.readyReplicas ?? 0)),
    availableReplicas: orAbsent(available),
    unavailableReplicas: orAbsent(Math.max(0, total - available)),
    terminatingReplicas: sum(sets, ({ status }) => status?.terminatingReplicas ?? 0),
    collisionCount: deployment.status?.collisionCount,
    conditions: setCondition(deployment.status?.conditions ?? [], word, nowMs),
  };
}

/** Zero is left out on the wire. */
const orAbsent = (count: number): number | undefined => count || undefined;

/** Whether nothing is left to do: every pod is new and serves. */
export function isComplete({ spec, metadata }: Deployment, status: DeploymentStatus): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

/** Whether the new counts are nearer to the goal than those of before. */
export function hasProgressed(before: DeploymentStatus | undefined, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus | undefined) => (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  );
}

/** When the deadline passes, counted from the last sign of progress; undefined while none is running. */
export function deadlineMs(deployment: Deployment, status: DeploymentStatus): number | undefined {
  const condition = conditionOf(status, 'Progressing');
  if (!condition || !hasDeadline(deployment) || condition.reason === 'NewReplicaSetAvailable') return undefined;
  return Date.parse(condition.lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
}

function isTimedOut(deployment: Deployment, status: DeploymentStatus, nowMs: number): boolean {
  const condition = conditionOf(status, 'Progressing');
  if (condition?.reason === 'ProgressDeadlineExceeded') return true;
  if (condition?.reason === 'DeploymentPaused') return false;
  const deadline = deadlineMs(deployment, status);
  return deadline !== undefined && deadline < nowMs;
}

/** The status of a rollout, with its Progressing and ReplicaFailure conditions. */
export function rolloutStatus(view: RolloutView): DeploymentStatus {
  const { deployment, sets, nowMs } = view;
  const status = countedStatus(view);
  let conditions = hasDeadline(deployment)
    ? progressConditions(view, status)
    : (status.conditions ?? []).filter(({ type }) => type !== 'Progressing');
  conditions = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  const failed = replicaFailure(view.newSet, sets);
  if (failed)
    conditions = setCondition(
      [...conditions, ...(deployment.status?.conditions ?? []).filter(({ type }) => type === 'ReplicaFailure')],
      failed,
      nowMs,
    );
  return { ...status, conditions };
}

function progressConditions(view: RolloutView, status: DeploymentStatus): DeploymentCondition[] {
  const { deployment, newSet, nowMs } = view;
  const conditions = status.conditions ?? [];
  const current = conditionOf(deployment.status, 'Progressing');
  const isQuiet =
    (deployment.status?.replicas ?? 0) === (deployment.status?.updatedReplicas ?? 0) &&
    current?.reason === 'NewReplicaSetAvailable';
  if (isQuiet) return conditions;
  const subject = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, status))
    return setCondition(
      conditions,
      progressing('NewReplicaSetAvailable', `${subject} has successfully progressed.`),
      nowMs,
    );
  if (hasProgressed(deployment.status, status))
    return refreshed(conditions, progressing('ReplicaSetUpdated', `${subject} is progressing.`), nowMs);
  if (isTimedOut(deployment, status, nowMs))
    return setCondition(
      conditions,
      progressing('ProgressDeadlineExceeded', `${subject} has timed out progressing.`, 'False'),
      nowMs,
    );
  return conditions;
}

/** Progress renews the time from which the deadline counts, even where the words stay the same. */
function refreshed(conditions: readonly DeploymentCondition[], word: Word, nowMs: number): DeploymentCondition[] {
  const current = conditions.find(({ type }) => type === 'Progressing');
  const rest = conditions.filter(({ type }) => type !== 'Progressing');
  const [fresh] = setCondition([], word, nowMs);
  if (!fresh) return rest;
  return [...rest, current?.status === 'True' ? { ...fresh, lastTransitionTime: current.lastTransitionTime } : fresh];
}

/** The new replica set's failure counts first, then any other's. */
function replicaFailure(newSet: ReplicaSet | undefined, sets: readonly ReplicaSet[]): Word | undefined {
  const candidates = newSet ? [newSet, ...sets] : sets;
  for (const { status } of candidates) {
    const found = status?.conditions?.find(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True');
    if (found) return { type: 'ReplicaFailure', status: found.status, reason: found.reason, message: found.message };
  }
  return undefined;
}
