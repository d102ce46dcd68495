import type { KubeObject } from '#apimachinery/object.ts';
import { failure } from '#apimachinery/status.ts';
import { StorageUnavailable } from '#storage/errors.ts';
import { decodeStored, encodeStored } from '#storage/stored-object.ts';
import type { Call } from './core.ts';
import { fromStored, toStored } from './versions.ts';

/** The longest value that is stored; etcd's own request limit. */
const MAX_VALUE_BYTES = 1_572_864;

/**
 * Writes `object`, of the request's version, when the key is still at revision `expect` (0: not there), and gives it
 * back as readers see it from then on. @throws {RevisionMismatch}
 */
export async function putObject(call: Call, key: string, { object, expect }: Put): Promise<KubeObject> {
  const { core, resource } = call;
  const bytes = encodeStored(toStored(resource, object));
  if (bytes.length > MAX_VALUE_BYTES) throw plainError('etcdserver: request is too large');
  const revision = await durable(() => core.driver.put(key, bytes, { expect }));
  await core.cache.waitFor(revision);
  const cached = core.cache.get(key);
  const isOurs = cached?.metadata.resourceVersion === String(revision);
  return fromStored(resource, isOurs && cached ? cached : decodeStored(bytes, revision));
}

interface Put {
  object: KubeObject;
  expect: number;
}

/** Removes the key when it is still at revision `expect`; resolves once no read shows it. @throws {RevisionMismatch} */
export async function deleteKey(call: Call, key: string, expect: number): Promise<number> {
  const revision = await durable(() => call.core.driver.delete(key, { expect }));
  await call.core.cache.waitFor(revision);
  return revision;
}

async function durable(write: () => Promise<number>): Promise<number> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof StorageUnavailable) throw plainError(error.message, error);
    throw error;
  }
}

/** A failure that upstream passes on from its store as it is: code 500 without a reason. */
export function plainError(message: string, cause?: unknown) {
  return failure({ code: 500, reason: '', message, cause });
}

export function revisionOf(object: KubeObject): number {
  return Number(object.metadata.resourceVersion);
}
