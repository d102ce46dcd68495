import { deepFreeze, type KubeObject } from '#apimachinery/object.ts';

/**
 * The form in which objects lie in the store: JSON without `metadata.resourceVersion`, which is the store's revision
 * and put back on reading. Encoding remembers the object, so that the same process never decodes what it wrote.
 */
const written = new WeakMap<Uint8Array, KubeObject>();
const text = new TextEncoder();
const decoder = new TextDecoder();

/** Freezes `object`: it becomes the shared one that readers will see. */
export function encodeStored(object: KubeObject): Uint8Array {
  const { resourceVersion: _, ...metadata } = object.metadata;
  const stored = { ...object, metadata };
  const bytes = text.encode(JSON.stringify(stored));
  written.set(bytes, deepFreeze(object));
  return bytes;
}

/** The frozen object of `bytes`, at `revision`. */
export function decodeStored(bytes: Uint8Array, revision: number): KubeObject {
  const known = written.get(bytes) ?? (JSON.parse(decoder.decode(bytes)) as KubeObject);
  return deepFreeze({ ...known, metadata: { ...known.metadata, resourceVersion: String(revision) } });
}
