import { replicaSets } from '#api/apps/v1/replica-set.ts';
import { pods } from '#api/core/v1/pod.ts';
import { replicationControllers } from '#api/core/v1/replication-controller.ts';
import { selects } from '#apimachinery/labels.ts';
import { controllerOf, type KubeObject, keyOf } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { ReplicaSet } from '#gen/apps/v1.ts';
import type { Pod, PodTemplateSpec, ReplicationController, ReplicationControllerStatus } from '#gen/core/v1.ts';
import { claim, controllerReference } from '#reconciler/claims.ts';
import type { ControllerDeps, ControllerFactory, ReconcileRequest, ReconcileResult } from '#reconciler/controller.ts';
import { enqueueSelf, ownerKey, watch } from '#reconciler/mappings.ts';
import { isNamespaceGoing } from '#reconciler/namespace-going.ts';
import { podFromTemplate } from '#reconciler/pod-from-template.ts';
import { isPodActive, isPodTerminal } from '#reconciler/pod-state.ts';
import { slowStart } from '#reconciler/slow-start.ts';
import { writeStatus } from '#reconciler/status-update.ts';
import { nextAvailabilityMs, planReplicas, type ReplicaPlan, type ReplicaView, replicaStatus } from './plan.ts';

type Replicated = KubeObject & { status: ReplicationControllerStatus };

/** What makes a replica set and a replication controller differ. */
interface Family<T extends Replicated> {
  readonly name: string;
  readonly resource: Resource<T>;
  readonly isSelected: (owner: T, labels: Readonly<Record<string, string>> | undefined) => boolean;
  readonly countsTerminating: boolean;
  readonly spec: (owner: T) => {
    replicas?: number | undefined;
    minReadySeconds?: number | undefined;
    template?: PodTemplateSpec | undefined;
  };
}

export const replicaSetController: ControllerFactory = replicasOf<ReplicaSet>({
  name: 'replicaset-controller',
  resource: replicaSets,
  countsTerminating: true,
  isSelected: ({ spec }, labels) => selects(spec.selector, labels),
  spec: ({ spec }) => spec,
});

export const replicationController: ControllerFactory = replicasOf<ReplicationController>({
  name: 'replication-controller',
  resource: replicationControllers,
  countsTerminating: false,
  isSelected: ({ spec }, labels) => {
    const wanted = Object.entries(spec.selector ?? {});
    return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value);
  },
  spec: ({ spec }) => spec,
});

function replicasOf<T extends Replicated>(family: Family<T>): ControllerFactory {
  const { resource, name } = family;
  return (deps) => {
    const { informers } = deps;
    const owners = informers.for(resource);
    /** An orphan is news for everyone who might adopt it. */
    const podKeys = (pod: Pod): string[] => {
      if (controllerOf(pod)) return [ownerKey(pod, resource.kind)].filter((key) => key !== undefined);
      if (!pod.metadata.labels) return [];
      return owners
        .list(pod.metadata.namespace)
        .filter((owner) => family.isSelected(owner, pod.metadata.labels))
        .map(keyOf);
    };
    return {
      name,
      watches: [
        enqueueSelf(resource),
        watch(pods, (pod, previous) => [...new Set([...podKeys(pod), ...(previous ? podKeys(previous) : [])])]),
      ],
      reconcile: (request) => reconcile(family, deps, request),
    };
  };
}

async function reconcile<T extends Replicated>(
  family: Family<T>,
  deps: ControllerDeps,
  { key, signal }: ReconcileRequest,
): Promise<ReconcileResult> {
  const { client, informers, clock } = deps;
  const owner = informers.for(family.resource).get(key);
  if (!owner) return;
  const { replicas = 1, minReadySeconds = 0, template } = family.spec(owner);
  const all = informers.for(pods).list(owner.metadata.namespace);
  const owned = await claim({
    client,
    owner,
    ownerResource: family.resource,
    resource: pods,
    // A pod that has ended is neither adopted nor counted.
    objects: all.filter((pod) => isPodActive(pod) || controllerOf(pod)?.uid === owner.metadata.uid),
    isSelected: (labels) => family.isSelected(owner, labels),
    signal,
  });
  const view: ReplicaView = {
    replicas,
    minReadySeconds,
    nowMs: clock.now(),
    podsOnNode: relatedPodsPerNode(all, owned),
  };
  const plan = planReplicas(owned, view);
  const failure =
    owner.metadata.deletionTimestamp || !template
      ? undefined
      : await carryOut(family, { deps, owner, template, plan, signal });
  const status = replicaStatus({
    previous: owner.status,
    generation: owner.metadata.generation,
    owned,
    templateLabels: template?.metadata?.labels ?? {},
    view,
    failure: failure?.condition,
    terminating: family.countsTerminating
      ? owned.filter((pod) => !isPodTerminal(pod) && !isPodActive(pod)).length
      : undefined,
  });
  await writeStatus(client, { resource: family.resource, object: owner, status: status as T['status'], signal });
  if (failure) throw failure.error;
  const soonMs = nextAvailabilityMs(owned, view);
  return soonMs === undefined ? undefined : { requeueAfterMs: soonMs };
}

function relatedPodsPerNode(all: readonly Pod[], owned: readonly Pod[]): (nodeName: string) => number {
  const counts = new Map<string, number>();
  const mine = new Set(owned.map(({ metadata }) => metadata.uid));
  for (const pod of all) {
    if (!mine.has(pod.metadata.uid) || !isPodActive(pod) || !pod.spec.nodeName) continue;
    counts.set(pod.spec.nodeName, (counts.get(pod.spec.nodeName) ?? 0) + 1);
  }
  return (nodeName) => counts.get(nodeName) ?? 0;
}

interface Work<T extends Replicated> {
  readonly deps: ControllerDeps;
  readonly owner: T;
  readonly template: PodTemplateSpec;
  readonly plan: ReplicaPlan;
  readonly signal: AbortSignal;
}

interface Failed {
  readonly error: unknown;
  readonly condition: { readonly reason: 'FailedCreate' | 'FailedDelete'; readonly message: string };
}

async function carryOut<T extends Replicated>(family: Family<T>, work: Work<T>): Promise<Failed | undefined> {
  const { owner, template, plan, deps, signal } = work;
  const { client, events } = deps;
  const reference = controllerReference(family.resource as unknown as Resource, owner);
  const created = await slowStart(plan.create, async () => {
    try {
      const pod = await client.create(pods, podFromTemplate(owner, template, reference), { signal });
      events.event(owner, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
    } catch (error) {
      if (!isNamespaceGoing(error)) {
        events.event(owner, {
          type: 'Warning',
          reason: 'FailedCreate',
          message: `Error creating: ${messageOf(error)}`,
        });
      }
      throw error;
    }
  });
  if (created.error) {
    if (isNamespaceGoing(created.error)) return undefined;
    return { error: created.error, condition: { reason: 'FailedCreate', message: messageOf(created.error) } };
  }
  const removed = await Promise.allSettled(plan.remove.map((pod) => remove(work, pod)));
  const failed = removed.find((result) => result.status === 'rejected');
  return failed && { error: failed.reason, condition: { reason: 'FailedDelete', message: messageOf(failed.reason) } };
}

async function remove<T extends Replicated>({ deps, owner, signal }: Work<T>, pod: Pod): Promise<void> {
  const { name, namespace = '' } = pod.metadata;
  try {
    await deps.client.delete(pods, { namespace, name }, { signal, preconditions: { uid: pod.metadata.uid } });
    deps.events.event(owner, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` });
  } catch (error) {
    if (isNotFound(error)) return;
    deps.events.event(owner, {
      type: 'Warning',
      reason: 'FailedDelete',
      message: `Error deleting: ${messageOf(error)}`,
    });
    throw error;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
