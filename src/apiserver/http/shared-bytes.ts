import { encodeMessage, encodeWatchFrame, wrapMessage } from '#apimachinery/codec/protobuf.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { WatchEvent } from '#apimachinery/request.ts';

const messages = new WeakMap<object, Buffer>();

/** The object's protobuf message without its envelope; made once for each frozen object. */
export function protobufMessage(object: KubeObject, typeName: string): Buffer {
  const known = messages.get(object);
  if (known) return known;
  const bytes = encodeMessage(object, typeName);
  if (Object.isFrozen(object)) messages.set(object, bytes);
  return bytes;
}

/** One event of a protobuf watch. */
export function protobufFrame(event: WatchEvent, typeName: string): Buffer {
  return encodeWatchFrame(event.type, wrapMessage(protobufMessage(event.object, typeName), event.object));
}

const frames = new WeakMap<WatchEvent, Map<string, Buffer>>();

/** The bytes of an event in one form, made by the first watcher that wants it so, and shared by all. */
export function sharedFrame(event: WatchEvent, form: string, make: () => Buffer): Buffer {
  const forms = frames.get(event) ?? new Map<string, Buffer>();
  frames.set(event, forms);
  const bytes = forms.get(form) ?? make();
  forms.set(form, bytes);
  return bytes;
}
