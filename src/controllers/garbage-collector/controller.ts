/**
 * Deletes what has lost all of its owners, and carries out foreground deletion and orphaning.
 * Source: kubernetes pkg/controller/garbagecollector.
 */
import { resources } from '#api/index.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Client } from '#client/client.ts';
import type { OwnerReference } from '#gen/meta/v1.ts';
import type { ControllerDeps, ControllerFactory } from '#reconciler/controller.ts';
import { watch } from '#reconciler/mappings.ts';
import { type GraphNode, OwnerGraph, ownersOf } from './graph.ts';
import { planCollection } from './plan.ts';

export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

/** All that can be owned or own; two names of one storage count once, events never. */
export function collectable(): Resource[] {
  const seen = new Set<string>();
  return resources.filter(({ verbs, group, storageName, plural }) => {
    const id = `${group}/${storageName}`;
    const isWatched = ['list', 'watch', 'delete'].every((verb) => (verbs as readonly string[]).includes(verb));
    if (!isWatched || plural === 'events' || seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

export const garbageCollector: ControllerFactory = (deps) => {
  const graph = new OwnerGraph();
  const kinds = collectable();
  let enqueue: (uid: string) => void = () => {};
  for (const resource of kinds) deps.informers.for(resource).onChange((change) => graph.take(resource, change));
  return {
    name: 'generic-garbage-collector',
    workers: 20,
    // An owner looks again when one of its dependents goes; dependents look again through their owner's own key.
    watches: kinds.map((resource) =>
      watch(resource, (object) => [object.metadata.uid, ...ownersOf(object).filter((uid) => isEnding(graph.get(uid)))]),
    ),
    start: (add) => {
      enqueue = add;
    },
    async reconcile({ key: uid, signal }) {
      const node = graph.get(uid);
      if (!node || node.object.metadata.deletionTimestamp)
        for (const each of graph.dependentsOf(uid)) enqueue(each.object.metadata.uid);
      if (node) await collect({ deps, graph, node, signal });
    },
  };
};

const isEnding = (node: GraphNode | undefined): boolean => node?.object.metadata.deletionTimestamp !== undefined;

interface Work {
  readonly deps: ControllerDeps;
  readonly graph: OwnerGraph;
  readonly node: GraphNode;
  readonly signal: AbortSignal;
}

async function collect(work: Work): Promise<void> {
  const { graph, node, signal, deps } = work;
  const { metadata } = node.object;
  if (metadata.deletionTimestamp) return await finish(work);
  const owners = metadata.ownerReferences ?? [];
  if (owners.length === 0) return;
  const absent = new Set<string>();
  for (const owner of owners) if (await isAbsent(work, owner)) absent.add(owner.uid);
  const waiting = new Set(owners.filter(({ uid }) => isWaiting(graph.get(uid))).map(({ uid }) => uid));
  const dependents = graph.dependentsOf(metadata.uid).map(({ object }) => object);
  const plan = planCollection({ object: node.object, absent, waiting, dependents });
  if (plan.type === 'keep') return;
  if (plan.type === 'release')
    return await patchMeta(deps.client, node, { ownerReferences: plan.ownerReferences }, signal);
  if (plan.unblock) await unblock(work);
  await remove(work, plan.policy);
}

const isWaiting = (node: GraphNode | undefined): boolean =>
  isEnding(node) && node?.object.metadata.finalizers?.includes(FOREGROUND) === true;

/** The graph may lag behind, so absence is asked of the server. */
async function isAbsent({ deps, graph, node, signal }: Work, owner: OwnerReference): Promise<boolean> {
  const known = graph.get(owner.uid);
  const namespace = node.object.metadata.namespace ?? '';
  if (
    known &&
    known.object.metadata.name === owner.name &&
    (known.object.metadata.namespace ?? '') === (known.resource.scope === 'Namespaced' ? namespace : '')
  )
    return false;
  const resource = resources.find((each) => each.kind === owner.kind && apiVersionOf(each) === owner.apiVersion);
  if (!resource) throw new Error(`unable to get REST mapping for ${owner.apiVersion}/${owner.kind}.`);
  // Something cluster-wide cannot be owned by something in a namespace; nothing can be said of such an owner.
  if (resource.scope === 'Namespaced' && !namespace) return false;
  try {
    const live = await deps.client.get(
      resource,
      { namespace: resource.scope === 'Namespaced' ? namespace : '', name: owner.name },
      { signal },
    );
    return live.metadata.uid !== owner.uid;
  } catch (error) {
    if (isNotFound(error)) return true;
    throw error;
  }
}

async function remove(
  { deps, node, signal }: Work,
  propagationPolicy: 'Orphan' | 'Background' | 'Foreground',
): Promise<void> {
  const { namespace = '', name, uid, resourceVersion } = node.object.metadata;
  try {
    await deps.client.delete(
      node.resource,
      { namespace, name },
      { propagationPolicy, preconditions: { uid, resourceVersion }, signal },
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** A dependent that waits for its own dependents must not hold up its owner in a circle. */
async function unblock({ deps, node, signal }: Work): Promise<void> {
  const ownerReferences = (node.object.metadata.ownerReferences ?? []).map((each) => ({
    ...each,
    blockOwnerDeletion: false,
  }));
  await patchMeta(deps.client, node, { ownerReferences }, signal);
}

async function finish(work: Work): Promise<void> {
  const { graph, node, deps, signal } = work;
  const { uid, finalizers = [] } = node.object.metadata;
  const without = (gone: string) => finalizers.filter((each) => each !== gone);
  if (finalizers.includes(ORPHAN)) {
    await Promise.all(graph.dependentsOf(uid).map((dependent) => disown(work, dependent)));
    await patchMeta(deps.client, node, { finalizers: without(ORPHAN) }, signal);
    return;
  }
  if (!finalizers.includes(FOREGROUND)) return;
  const blocks = ({ metadata }: KubeObject) =>
    metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion);
  if (graph.dependentsOf(uid).some(({ object }) => blocks(object))) return;
  await patchMeta(deps.client, node, { finalizers: without(FOREGROUND) }, signal);
}

async function disown({ deps, node, signal }: Work, dependent: GraphNode): Promise<void> {
  const ownerReferences = (dependent.object.metadata.ownerReferences ?? []).filter(
    ({ uid }) => uid !== node.object.metadata.uid,
  );
  await patchMeta(deps.client, dependent, { ownerReferences }, signal);
}

async function patchMeta(
  client: Client,
  { resource, object }: GraphNode,
  change: object,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = '', name, uid, resourceVersion } = object.metadata;
  const patch = { metadata: { uid, resourceVersion, ...change } };
  try {
    await client.patch(resource, { namespace, name }, { patchType: 'application/merge-patch+json', patch }, { signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
