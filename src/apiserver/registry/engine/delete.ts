import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiResponse } from '#apimachinery/request.ts';
import { groupResourceOf } from '#apimachinery/resource.ts';
import { notFound } from '#apimachinery/status.ts';
import type { DeleteOptions } from '#gen/meta/v1.ts';
import { storageKey } from '../../storage-keys.ts';
import { admissionRequest } from './admitting.ts';
import { cloneJson } from './clone.ts';
import { type Call, strategyContext } from './core.ts';
import { checkPreconditions, deleteOptionsOf, garbageFinalizers } from './delete-policy.ts';
import { graceOf } from './grace.ts';
import { expectedNamespace } from './identity.ts';
import { timestamp } from './system-fields.ts';
import { type Outcome, transact } from './transact.ts';

export async function remove(call: Call): Promise<ApiResponse> {
  return removeWith(call, deleteOptionsOf(call));
}

export async function removeWith(call: Call, options: DeleteOptions): Promise<ApiResponse> {
  const { core, request, resource, strategy } = call;
  const key = storageKey(resource, { namespace: expectedNamespace(request), name: request.name });
  const { object, write } = await transact(call, key, async (existing) => {
    if (!existing) throw notFound(resource, request.name);
    const about = admissionRequest(call, { operation: 'DELETE', oldObject: existing });
    await core.admission.admit(about);
    await core.admission.validate(about);
    checkPreconditions(call, existing, options);
    return fate(call, existing, options);
  });
  if (write === 'delete') {
    if (!call.dryRun) strategy.afterDelete?.(object, strategyContext(call));
    return gone(call, object);
  }
  return { kind: 'object', code: isAwaited(options) ? 202 : 200, object };
}

/** Gone at once, or marked and waiting for finalizers or grace. Source: Store.Delete and rest.BeforeDelete. */
function fate(call: Call, existing: KubeObject, options: DeleteOptions): Outcome {
  const grace = graceOf(call, existing, options.gracePeriodSeconds);
  if (grace.isPending) return { write: 'nothing', object: existing };
  const finalizers = garbageFinalizers(call, existing, options);
  const waits = finalizers.length > 0 || hasContent(existing);
  if (!waits && grace.seconds === 0) return { write: 'delete', object: existing };
  const next = cloneJson(existing);
  const { metadata } = next;
  if (finalizers.length > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;
  if (!metadata.deletionTimestamp && metadata.generation) metadata.generation += 1;
  if (grace.isChanged) {
    metadata.deletionTimestamp = timestamp(grace.deadlineMs);
    metadata.deletionGracePeriodSeconds = grace.seconds;
  } else {
    const marked = metadata.deletionTimestamp;
    if (!marked || Date.parse(marked) > call.nowMs) metadata.deletionTimestamp = timestamp(call.nowMs);
    metadata.deletionGracePeriodSeconds = 0;
  }
  terminate(next);
  return { write: 'put', object: next };
}

/** A namespace lives on until its `spec.finalizers` are gone as well. */
function hasContent(object: KubeObject): boolean {
  const spec = (object as { spec?: { finalizers?: readonly string[] } }).spec;
  return object.kind === 'Namespace' && (spec?.finalizers ?? []).length > 0;
}

function terminate(object: KubeObject): void {
  if (object.kind !== 'Namespace') return;
  const namespace = object as { status?: { phase?: string } };
  namespace.status = { ...namespace.status, phase: 'Terminating' };
}

/** Kinds whose deletion answers with the object instead of a Status. Source: Store.ReturnDeletedObject. */
const RETURNED = new Set([
  'pods',
  'services',
  'persistentvolumes',
  'persistentvolumeclaims',
  'podtemplates',
  'resourcequotas',
  'serviceaccounts',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'storageclasses.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'volumeattributesclasses.storage.k8s.io',
  'resourceclaims.resource.k8s.io',
  'resourceclaimtemplates.resource.k8s.io',
  'resourceslices.resource.k8s.io',
  'deviceclasses.resource.k8s.io',
]);

function gone({ resource }: Call, object: KubeObject): ApiResponse {
  if (RETURNED.has(groupResourceOf(resource))) return { kind: 'object', code: 200, object };
  const { name, uid } = object.metadata;
  const details = { name, ...(resource.group && { group: resource.group }), kind: resource.plural, uid };
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
  return { kind: 'status', code: 200, status };
}

function isAwaited({ orphanDependents, propagationPolicy }: DeleteOptions): boolean {
  return orphanDependents === false || propagationPolicy === 'Foreground';
}
