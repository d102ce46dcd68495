import type { KubeObject } from '#apimachinery/object.ts';
import type { WatchEvent } from '#apimachinery/request.ts';

const objects = new WeakMap<object, Buffer>();
const frames = new WeakMap<WatchEvent, Buffer>();

/** The object as JSON, `kind` and `apiVersion` first; made once for each frozen object, shared by all who send it. */
export function jsonBytes(object: KubeObject): Buffer {
  const known = objects.get(object);
  if (known) return known;
  const bytes = Buffer.from(typeMetaFirst(object));
  if (Object.isFrozen(object)) objects.set(object, bytes);
  return bytes;
}

/** The object as an item of a typed list, where upstream leaves `kind` and `apiVersion` out. */
export function jsonItemBytes(object: KubeObject): Buffer {
  const bytes = jsonBytes(object);
  const skip = Buffer.byteLength(typeMetaOf(object));
  return skip === 1 ? bytes : Buffer.concat([OPEN, bytes.subarray(skip)]);
}

/** One line of a watch, made once for each event, shared by all watchers. */
export function jsonFrame(event: WatchEvent): Buffer {
  const known = frames.get(event);
  if (known) return known;
  const bytes = Buffer.concat([
    Buffer.from(`{"type":"${event.type}","object":`),
    jsonBytes(event.object),
    Buffer.from('}\n'),
  ]);
  frames.set(event, bytes);
  return bytes;
}

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
