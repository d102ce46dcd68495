import { encodeMessage, encodeWatchFrame, wrapMessage } from '#apimachinery/codec/protobuf.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { WatchEvent } from '#apimachinery/request.ts';

const messages = new WeakMap<object, Buffer>();
const frames = new WeakMap<WatchEvent, Buffer>();

/** The object's protobuf message without its envelope; made once for each frozen object. */
export function protobufMessage(object: KubeObject, typeName: string): Buffer {
  const known = messages.get(object);
  if (known) return known;
  const bytes = encodeMessage(object, typeName);
  if (Object.isFrozen(object)) messages.set(object, bytes);
  return bytes;
}

/** One event of a protobuf watch; made once for each event, shared by all watchers. */
export function protobufFrame(event: WatchEvent, typeName: string): Buffer {
  const known = frames.get(event);
  if (known) return known;
  const frame = encodeWatchFrame(event.type, wrapMessage(protobufMessage(event.object, typeName), event.object));
  frames.set(event, frame);
  return frame;
}
