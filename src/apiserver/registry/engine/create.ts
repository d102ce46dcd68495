import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiResponse } from '#apimachinery/request.ts';
import { alreadyExists, isAlreadyExists, StatusError } from '#apimachinery/status.ts';
import type { OwnerReference } from '#gen/meta/v1.ts';
import { RevisionMismatch } from '#storage/errors.ts';
import { storageKey } from '../../storage-keys.ts';
import { admissionRequest } from './admitting.ts';
import { prepareNew } from './before-create.ts';
import { cloneJson } from './clone.ts';
import { type Call, warn } from './core.ts';
import { withDefaults } from './defaulting.ts';
import { generateName, generateNameConflict, NAME_ATTEMPTS } from './generated-name.ts';
import { expectedNamespace, matchName, matchNamespace, ownedBody } from './identity.ts';
import { trackUpdate } from './managed-fields.ts';
import { reserve } from './reserving.ts';
import { fillSystemFields, wipeSystemFields } from './system-fields.ts';
import { plainError, putObject } from './write.ts';

export async function create(call: Call): Promise<ApiResponse> {
  const { request, resource, core } = call;
  const sent = ownedBody(request, resource);
  wipeSystemFields(sent);
  matchNamespace(sent, expectedNamespace(request));
  if (request.name) matchName(sent, request.name);
  dedupOwnerReferences(call, sent);
  const object = trackUpdate(call, undefined, withDefaults(resource, sent));
  await core.admission.admit(admissionRequest(call, { operation: 'CREATE', object }));
  dedupOwnerReferences(call, object);
  return { kind: 'object', code: 201, object: await storeNew(call, object) };
}

/** From an admitted object to a stored one, throwing dice for its name as often as needed. */
export async function storeNew(call: Call, object: KubeObject): Promise<KubeObject> {
  const { generateName: base, name } = object.metadata;
  if (!base || name) return storeNamed(call, object);
  for (let attempt = 1; ; attempt++) {
    const named = cloneJson(object);
    named.metadata.name = generateName(base);
    try {
      return await storeNamed(call, named);
    } catch (error) {
      if (!isAlreadyExists(error) || attempt === NAME_ATTEMPTS) throw error;
    }
  }
}

async function storeNamed(call: Call, object: KubeObject): Promise<KubeObject> {
  const after: (() => void)[] = [];
  try {
    fillSystemFields(object, call.nowMs);
    prepareNew(call, object);
    await call.core.admission.validate(admissionRequest(call, { operation: 'CREATE', object, after }));
    return await storeAdmitted(call, object);
  } finally {
    for (const run of after) run();
  }
}

async function storeAdmitted(call: Call, object: KubeObject): Promise<KubeObject> {
  const { core, resource, request } = call;
  if (object.metadata.resourceVersion) throw plainError('resourceVersion should not be set on objects to be created');
  const namespace = expectedNamespace(request);
  const key = storageKey(resource, { namespace, name: object.metadata.name });
  if (core.cache.get(key)) throw taken(call, key, object);
  const reserved = reserve(call, object, undefined);
  if (call.dryRun) {
    reserved?.undo();
    return object;
  }
  try {
    const stored = await putObject(call, key, { object, expect: 0 });
    reserved?.settle?.();
    return stored;
  } catch (error) {
    reserved?.undo();
    if (!(error instanceof RevisionMismatch)) throw error;
    await core.cache.fresh();
    throw taken(call, key, object);
  }
}

function taken({ core, resource }: Call, key: string, { metadata }: KubeObject): StatusError {
  const error = metadata.generateName
    ? generateNameConflict(resource, metadata.name)
    : alreadyExists(resource, metadata.name);
  if (!core.cache.get(key)?.metadata.deletionTimestamp) return error;
  return new StatusError({ ...error.status, message: `object is being deleted: ${error.message}` });
}

/** One owner once. Source: handlers.dedupOwnerReferencesAndAddWarning. */
export function dedupOwnerReferences(call: Call, { metadata }: KubeObject): void {
  const owners = metadata.ownerReferences;
  if (!owners || owners.length < 2) return;
  const kept: OwnerReference[] = [];
  const twice = new Set<string>();
  for (const owner of owners) {
    if (kept.some((other) => isDeepStrictEqual(other, owner))) twice.add(owner.uid);
    else kept.push(owner);
  }
  if (twice.size === 0) return;
  metadata.ownerReferences = kept;
  warn(
    call,
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...twice].join(', ')}`,
  );
}
