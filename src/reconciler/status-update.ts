import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Client } from '#client/client.ts';

/** Writes a new status where it differs from the old one. @returns the object as it then is. */
export async function writeStatus<T extends KubeObject & { status: unknown }>(
  client: Client,
  { resource, object, status, signal }: { resource: Resource<T>; object: T; status: T['status']; signal?: AbortSignal },
): Promise<T> {
  if (isDeepStrictEqual(pruned(object.status ?? {}), pruned(status))) return object;
  return await client.updateStatus(resource, { ...object, status }, { signal });
}

/** As it would look in JSON: without undefined members. */
const pruned = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
