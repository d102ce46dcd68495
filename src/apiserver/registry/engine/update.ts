import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiResponse } from '#apimachinery/request.ts';
import { conflict, notFound } from '#apimachinery/status.ts';
import { storageKey } from '../../storage-keys.ts';
import { admissionRequest } from './admitting.ts';
import { authorizeAs } from './authorizing.ts';
import { prepareNew } from './before-create.ts';
import { matchVersion, type Part, prepareChanged } from './before-update.ts';
import { cloneJson } from './clone.ts';
import { type Call, strategyContext } from './core.ts';
import { dedupOwnerReferences } from './create.ts';
import { withDefaults } from './defaulting.ts';
import { expectedNamespace, matchName, matchNamespace, ownedBody } from './identity.ts';
import { keepOldTimes, trackUpdate } from './managed-fields.ts';
import { orGiveUp, reserve, settling } from './reserving.ts';
import { fillSystemFields, wipeSystemFields } from './system-fields.ts';
import { type Outcome, transact } from './transact.ts';

/** A way from what is stored to what shall be stored. */
export interface Change {
  readonly part: Part;
  /** The new object, the caller's to change, managed fields included; `existing` is frozen. */
  readonly apply: (existing: KubeObject | undefined) => KubeObject | Promise<KubeObject>;
  readonly allowCreate: boolean;
  /** Only an object with this uid is meant. */
  readonly uid?: string | undefined;
}

export async function update(call: Call): Promise<ApiResponse> {
  const { request, resource, strategy } = call;
  const sent = ownedBody(request, resource);
  matchNamespace(sent, expectedNamespace(request));
  matchName(sent, request.name);
  dedupOwnerReferences(call, sent);
  const part = request.subresource === '' ? 'spec' : 'status';
  const next = withDefaults(resource, sent);
  return change(call, {
    part,
    apply: (existing) => trackUpdate(call, existing, cloneJson(next)),
    allowCreate: part === 'spec' && strategy.allowCreateOnUpdate === true,
    uid: sent.metadata.uid || undefined,
  });
}

/** Carries a change through admission, strategy and store. @returns 201 where it created. */
export async function change(call: Call, wanted: Change): Promise<ApiResponse> {
  const { request, resource, strategy } = call;
  const key = storageKey(resource, { namespace: expectedNamespace(request), name: request.name });
  let isNew = false;
  const { object, write } = await transact(call, key, async (existing) => {
    isNew = existing === undefined;
    if (existing) return changed(call, wanted, existing);
    if (!wanted.allowCreate) throw notFound(resource, request.name);
    return created(call, wanted);
  });
  if (write === 'delete' && !call.dryRun) strategy.afterDelete?.(object, strategyContext(call));
  return { kind: 'object', code: isNew ? 201 : 200, object };
}

async function changed(call: Call, wanted: Change, existing: KubeObject): Promise<Outcome> {
  const { core } = call;
  matchUid(call, wanted.uid, existing);
  const next = await wanted.apply(existing);
  const about = { operation: 'UPDATE', object: next, oldObject: existing } as const;
  await core.admission.admit(admissionRequest(call, about));
  dedupOwnerReferences(call, next);
  matchVersion(call, next, existing);
  prepareChanged(call, { next, previous: existing, part: wanted.part });
  keepOldTimes(next, existing);
  const after: (() => void)[] = [];
  return orGiveUp(after, async () => {
    await core.admission.validate(admissionRequest(call, { ...about, after }));
    const isPut = !isFinished(next, existing);
    const reserved = settling(isPut ? reserve(call, next, existing) : undefined, after);
    if (isPut) return { write: 'put', object: next, reserved };
    reserved?.undo();
    return { write: 'delete', object: next };
  });
}

async function created(call: Call, wanted: Change): Promise<Outcome> {
  const { core, resource, request } = call;
  if (wanted.uid) throw uidConflict(call, wanted.uid, '');
  const next = await wanted.apply(undefined);
  wipeSystemFields(next);
  await core.admission.admit(admissionRequest(call, { operation: 'CREATE', object: next }));
  authorizeAs(core, { ...request, verb: 'create', resource });
  fillSystemFields(next, call.nowMs);
  delete (next.metadata as { resourceVersion?: string }).resourceVersion;
  prepareNew(call, next);
  const after: (() => void)[] = [];
  return orGiveUp(after, async () => {
    await core.admission.validate(admissionRequest(call, { operation: 'CREATE', object: next, after }));
    return { write: 'put', object: next, reserved: settling(reserve(call, next, undefined), after) };
  });
}

/** Whether the change takes away the last thing that kept a deleted object. Source: Store.ShouldDeleteDuringUpdate. */
function isFinished(next: KubeObject, { metadata: previous }: KubeObject): boolean {
  if ((next.metadata.finalizers ?? []).length > 0 || !previous.deletionTimestamp) return false;
  if ((previous.deletionGracePeriodSeconds ?? 0) > 0) return false;
  const spec = (next as { spec?: { finalizers?: readonly string[] } }).spec;
  return next.kind !== 'Namespace' || (spec?.finalizers ?? []).length === 0;
}

function matchUid(call: Call, uid: string | undefined, existing: KubeObject): void {
  if (uid && uid !== existing.metadata.uid) throw uidConflict(call, uid, existing.metadata.uid);
}

function uidConflict({ resource, request }: Call, wanted: string, actual: string) {
  const key = storageKey(resource, { namespace: expectedNamespace(request), name: request.name });
  return conflict(
    resource,
    request.name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${actual}`,
  );
}
