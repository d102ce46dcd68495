import type { KubeObject } from '#apimachinery/object.ts';
import type { WatchEvent } from '#apimachinery/request.ts';

const objects = new WeakMap<object, Buffer>();

/** The object as JSON, `kind` and `apiVersion` first; made once for each frozen object, shared by all who send it. */
export function jsonBytes(object: KubeObject): Buffer {
  const known = objects.get(object);
  if (known) return known;
  const bytes = Buffer.from(typeMetaFirst(object));
  if (Object.isFrozen(object)) objects.set(object, bytes);
  return bytes;
}

/**
 * Adds the object as an item of a typed list, where upstream leaves `kind` and `apiVersion` out: a view of the bytes
 * that it already has, not a copy.
 */
export function pushJsonItem(parts: Uint8Array[], object: KubeObject): void {
  const bytes = jsonBytes(object);
  const skip = Buffer.byteLength(typeMetaOf(object));
  if (skip === 1) parts.push(bytes);
  else parts.push(OPEN, bytes.subarray(skip));
}

/** One line of a watch. */
export const jsonFrame = (event: WatchEvent): Buffer =>
  Buffer.concat([Buffer.from(`{"type":"${event.type}","object":`), jsonBytes(event.object), END_OF_FRAME]);

const END_OF_FRAME = Buffer.from('}\n');
const OPEN = Buffer.from('{');

function typeMetaOf({ kind, apiVersion }: KubeObject): string {
  const kindText = kind === undefined ? '' : `"kind":${JSON.stringify(kind)},`;
  const versionText = apiVersion === undefined ? '' : `"apiVersion":${JSON.stringify(apiVersion)},`;
  return `{${kindText}${versionText}`;
}

function typeMetaFirst(object: KubeObject): string {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  const body = JSON.stringify(rest).slice(1);
  const head = typeMetaOf(object);
  return body === '}' && head !== '{' ? `${head.slice(0, -1)}}` : head + body;
}
