import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiResponse } from '#apimachinery/request.ts';
import { notFound } from '#apimachinery/status.ts';
import { storageKey } from '../../storage-keys.ts';
import { type Call } from './core.ts';
import { awaitRevision } from './read-revision.ts';
import { fromStored } from './versions.ts';

export async function get(call: Call): Promise<ApiResponse> {
  await awaitRevision(call);
  return { kind: 'object', code: 200, object: existing(call) };
}

/** The object that the request names, as its version shows it. @throws {StatusError} 404 */
export function existing({ core, request, resource }: Call): KubeObject {
  const stored = core.cache.get(storageKey(resource, request));
  if (!stored) throw notFound(resource, request.name);
  return fromStored(resource, stored);
}
