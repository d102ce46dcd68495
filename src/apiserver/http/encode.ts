import type { KubeList, KubeObject } from '#apimachinery/object.ts';
import type { WatchEvent } from '#apimachinery/request.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import { jsonBytes, jsonFrame, jsonItemBytes } from './json-bytes.ts';
import type { AnswerFormat } from './respond.ts';

/** One object in the negotiated form; shared bytes for what is frozen. */
export function encodeObject(object: KubeObject, format: AnswerFormat): Uint8Array {
  if (format.isPretty) return Buffer.from(`${JSON.stringify(object, null, 2)}\n`);
  return Buffer.concat([jsonBytes(object), NEWLINE]);
}

const NEWLINE = Buffer.from('\n');
const COMMA = Buffer.from(',');

export interface ListContent {
  readonly resource: Resource;
  readonly metadata: KubeList['metadata'];
  readonly items: readonly KubeObject[];
}

/** A list, put together from the bytes that its items already have. */
export function encodeList(list: ListContent, format: AnswerFormat): Uint8Array {
  const head = { kind: list.resource.listKind, apiVersion: apiVersionOf(list.resource), metadata: list.metadata };
  if (format.isPretty) return Buffer.from(`${JSON.stringify({ ...head, items: list.items }, null, 2)}\n`);
  const parts: Uint8Array[] = [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"items":[`)];
  for (const [at, item] of list.items.entries()) {
    if (at > 0) parts.push(COMMA);
    parts.push(jsonItemBytes(item));
  }
  parts.push(Buffer.from(']}\n'));
  return Buffer.concat(parts);
}

export interface FrameOptions {
  readonly format: AnswerFormat;
  /** The object as the client wants it: itself, a Table, its metadata. */
  readonly show: (object: KubeObject) => KubeObject;
}

/** One event of a watch on the wire: a line of JSON. */
export function frameOf(event: WatchEvent, { format, show }: FrameOptions): Uint8Array {
  const isPlain = format.accepted.as === '' || event.type === 'ERROR';
  return jsonFrame(isPlain ? event : { type: event.type, object: show(event.object) });
}
