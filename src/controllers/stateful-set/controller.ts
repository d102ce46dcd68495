import { controllerRevisions } from '#api/apps/v1/controller-revision.ts';
import { statefulSets } from '#api/apps/v1/stateful-set.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import { isEmptySelector, selects } from '#apimachinery/labels.ts';
import { controllerOf, keyOf } from '#apimachinery/object.ts';
import { isAlreadyExists, isNotFound } from '#apimachinery/status.ts';
import type { ControllerRevision, StatefulSet } from '#gen/apps/v1.ts';
import type { Pod } from '#gen/core/v1.ts';
import { claim } from '#reconciler/claims.ts';
import type { ControllerDeps, ControllerFactory, ReconcileRequest, ReconcileResult } from '#reconciler/controller.ts';
import { enqueueSelf, ownerKey, watch } from '#reconciler/mappings.ts';
import { isNamespaceGoing } from '#reconciler/namespace-going.ts';
import { planTruncation, removeRevisions, syncHistory, templateOf } from '#reconciler/revisions.ts';
import { writeStatus } from '#reconciler/status-update.ts';
import { ensureClaims, syncOwners } from './claims.ts';
import { ordinalIn, POD_INDEX_LABEL, POD_NAME_LABEL, podFor, revisionIn } from './identity.ts';
import { planStatefulSet, type SetView, type Step, statefulSetStatus } from './plan.ts';

const HASH_LABEL = 'controller.kubernetes.io/hash';

/** Source: kubernetes pkg/controller/statefulset/stateful_set.go. */
export const statefulSetController: ControllerFactory = (deps) => {
  const { informers } = deps;
  const sets = informers.for(statefulSets);
  informers.for(controllerRevisions);
  informers.for(persistentVolumeClaims);
  const podKeys = (pod: Pod): string[] => {
    if (controllerOf(pod)) return [ownerKey(pod, 'StatefulSet')].filter((key) => key !== undefined);
    return sets
      .list(pod.metadata.namespace)
      .filter((set) => selects(set.spec.selector, pod.metadata.labels))
      .map(keyOf);
  };
  return {
    name: 'statefulset-controller',
    watches: [
      enqueueSelf(statefulSets),
      watch(pods, (pod, previous) => [...new Set([...podKeys(pod), ...(previous ? podKeys(previous) : [])])]),
    ],
    reconcile: (request) => reconcile(deps, request),
  };
};

async function reconcile(deps: ControllerDeps, { key, signal }: ReconcileRequest): Promise<ReconcileResult> {
  const { client, informers, clock, events } = deps;
  const set = informers.for(statefulSets).get(key);
  if (!set) return;
  if (isEmptySelector(set.spec.selector)) {
    const message = 'This StatefulSet is selecting all pods. A non-empty selector is required.';
    events.event(set, { type: 'Warning', reason: 'SelectingAll', message });
    return;
  }
  const isSelected = (labels: Readonly<Record<string, string>> | undefined) => selects(set.spec.selector, labels);
  const family = { client, owner: set, ownerResource: statefulSets, isSelected, signal };
  const { namespace } = set.metadata;
  const around = informers.for(pods).list(namespace);
  const owned = await claim({
    ...family,
    resource: pods,
    objects: around.filter((pod) => ordinalIn(set, pod) !== undefined),
  });
  const known = await claim({
    ...family,
    resource: controllerRevisions,
    objects: informers.for(controllerRevisions).list(namespace),
  });
  const history = await syncHistory({
    client,
    owner: set,
    ownerResource: statefulSets,
    template: set.spec.template,
    hashLabel: HASH_LABEL,
    revisions: known,
    collisionCount: set.status?.collisionCount,
    signal,
  });
  const current =
    history.revisions.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? history.latest;
  const view: SetView = {
    set,
    pods: owned,
    current: current.metadata.name,
    update: history.latest.metadata.name,
    nowMs: clock.now(),
  };
  const error = await carryOut(deps, { view, revisions: history.revisions, signal });
  const status = statefulSetStatus(view, history.collisionCount);
  await writeStatus(client, { resource: statefulSets, object: set, status, signal });
  if (error) throw error;
  await truncate(deps, { view, revisions: history.revisions, signal });
  const isWaiting = (status.availableReplicas ?? 0) < (status.readyReplicas ?? 0);
  return isWaiting ? { requeueAfterMs: (set.spec.minReadySeconds ?? 0) * 1000 } : undefined;
}

interface Pass {
  readonly view: SetView;
  readonly revisions: readonly ControllerRevision[];
  readonly signal: AbortSignal;
}

/** Does what the plan says, in order, up to the first failure. @returns that failure. */
async function carryOut(deps: ControllerDeps, pass: Pass): Promise<unknown> {
  const { view, signal } = pass;
  try {
    if (view.set.metadata.deletionTimestamp === undefined)
      for (const pod of view.pods) await syncOwners(deps, { set: view.set, pod, signal });
    for (const step of planStatefulSet(view)) await take(deps, step, pass);
  } catch (error) {
    return isNamespaceGoing(error) ? undefined : error;
  }
  return undefined;
}

async function take(deps: ControllerDeps, step: Step, pass: Pass): Promise<void> {
  const { events, client } = deps;
  const { signal } = pass;
  const { set } = pass.view;
  if (step.type === 'create') return await make(deps, step, pass);
  if (step.type === 'claims') return await ensureClaims(deps, { set, ordinal: step.ordinal, signal });
  const { pod } = step;
  if (step.type === 'mend') {
    const labels = {
      ...pod.metadata.labels,
      [POD_NAME_LABEL]: pod.metadata.name,
      [POD_INDEX_LABEL]: String(ordinalIn(set, pod)),
    };
    await client.update(pods, { ...pod, metadata: { ...pod.metadata, labels } }, { signal });
    return;
  }
  if (step.type === 'replace') {
    const { namespace, name } = set.metadata;
    const isFailed = pod.status?.phase === 'Failed';
    events.event(set, {
      type: isFailed ? 'Warning' : 'Normal',
      reason: isFailed ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod',
      message: `StatefulSet ${namespace}/${name} is recreating ${isFailed ? 'failed' : 'terminated'} Pod ${pod.metadata.name}`,
    });
  }
  await remove(deps, { set, pod, signal });
}

async function make(deps: ControllerDeps, step: Step & { type: 'create' }, pass: Pass): Promise<void> {
  const { client, events } = deps;
  const { signal, revisions } = pass;
  const { set } = pass.view;
  const revision = revisions.find(({ metadata }) => metadata.name === step.revision);
  const template = (revision && templateOf(revision)) ?? set.spec.template;
  const name = `${set.metadata.name}-${step.ordinal}`;
  const told = (error: unknown) => {
    const message = `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${(error as Error).message}`;
    events.event(set, { type: 'Warning', reason: 'FailedCreate', message });
    return error;
  };
  await ensureClaims(deps, { set, ordinal: step.ordinal, signal });
  let pod: Pod;
  try {
    pod = await client.create(pods, podFor(set, { ordinal: step.ordinal, template, revision: step.revision }), {
      signal,
    });
  } catch (error) {
    // The informers have not shown it yet, or an orphan of that name waits to be adopted.
    if (isAlreadyExists(error)) return;
    throw isNamespaceGoing(error) ? error : told(error);
  }
  const message = `create Pod ${name} in StatefulSet ${set.metadata.name} successful`;
  events.event(set, { type: 'Normal', reason: 'SuccessfulCreate', message });
  await syncOwners(deps, { set, pod, signal });
}

async function remove(
  { client, events }: ControllerDeps,
  { set, pod, signal }: { set: StatefulSet; pod: Pod; signal: AbortSignal },
): Promise<void> {
  const { name, namespace = '', uid } = pod.metadata;
  const what = `delete Pod ${name} in StatefulSet ${set.metadata.name}`;
  try {
    await client.delete(pods, { namespace, name }, { signal, preconditions: { uid } });
    events.event(set, { type: 'Normal', reason: 'SuccessfulDelete', message: `${what} successful` });
  } catch (error) {
    if (isNotFound(error)) return;
    const message = `${what} failed error: ${(error as Error).message}`;
    events.event(set, { type: 'Warning', reason: 'FailedDelete', message });
    throw error;
  }
}

async function truncate({ client }: ControllerDeps, { view, revisions, signal }: Pass): Promise<void> {
  const used = new Set([view.current, view.update, ...view.pods.map(revisionIn)]);
  const spent = planTruncation(revisions, {
    isLive: ({ metadata }) => used.has(metadata.name),
    limit: view.set.spec.revisionHistoryLimit,
  });
  await removeRevisions(client, spent, signal);
}
