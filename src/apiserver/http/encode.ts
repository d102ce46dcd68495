import { encodeProtobufList, wrapMessage } from '#apimachinery/codec/protobuf.ts';
import { encodeYaml } from '#apimachinery/codec/yaml.ts';
import type { KubeList, KubeObject } from '#apimachinery/object.ts';
import type { WatchEvent } from '#apimachinery/request.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import { hasSchema } from '#apimachinery/schema-table.ts';
import { notAcceptable } from '#apimachinery/status.ts';
import type { AnswerFormat } from './answer-format.ts';
import { jsonBytes, jsonFrame, pushJsonItem } from './json-bytes.ts';
import { protobufFrame, protobufMessage, sharedFrame } from './shared-bytes.ts';

const NEWLINE = Buffer.from('\n');
const COMMA = Buffer.from(',');
const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/** One object in the negotiated form; shared bytes for what is frozen. */
export function encodeObject(object: KubeObject, format: AnswerFormat): Uint8Array {
  switch (format.accepted.mediaType) {
    case 'application/yaml':
      return encodeYaml(object);
    case 'application/vnd.kubernetes.protobuf':
      return wrapMessage(protobufMessage(object, protobufType(object)), object);
    default:
      if (format.isPretty) return Buffer.from(`${JSON.stringify(object, null, 2)}\n`);
      return Buffer.concat([jsonBytes(object), NEWLINE]);
  }
}

/** The generated type of an object by its own apiVersion and kind. @throws {StatusError} 406 for what has none. */
function protobufType({ apiVersion = '', kind = '' }: KubeObject): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const type = typeNames(group ?? '', version ?? '', kind).find(hasSchema);
  if (type) return type;
  throw notAcceptable(`only the following media types are accepted: application/json, application/yaml`);
}

function typeNames(group: string, version: string, kind: string): string[] {
  if (kind === 'Status' || group === 'meta.k8s.io') return [`${META}.${kind}`];
  return [
    `k8s.io.api.${group === '' ? 'core' : group.split('.')[0]}.${version}.${kind}`,
    `k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.${version}.${kind}`,
    `k8s.io.kube_aggregator.pkg.apis.apiregistration.${version}.${kind}`,
  ];
}

export interface ListContent {
  readonly resource: Resource;
  readonly metadata: KubeList['metadata'];
  readonly items: readonly KubeObject[];
}

/** A list, put together from the bytes that its items already have. */
export function encodeList(list: ListContent, format: AnswerFormat): Uint8Array {
  const { resource, items, metadata } = list;
  const head = { kind: resource.listKind, apiVersion: apiVersionOf(resource), metadata };
  switch (format.accepted.mediaType) {
    case 'application/yaml':
      return encodeYaml({ ...head, items });
    case 'application/vnd.kubernetes.protobuf':
      return encodeProtobufList(
        items.map((item) => protobufMessage(item, resource.type)),
        head,
      );
    default:
      if (format.isPretty) return Buffer.from(`${JSON.stringify({ ...head, items }, null, 2)}\n`);
      return jsonList(head, items);
  }
}

function jsonList(head: object, items: readonly KubeObject[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"items":[`)];
  for (const [at, item] of items.entries()) {
    if (at > 0) parts.push(COMMA);
    pushJsonItem(parts, item);
  }
  parts.push(Buffer.from(']}\n'));
  return Buffer.concat(parts);
}

export interface FrameOptions {
  readonly format: AnswerFormat;
  /** The object as the client wants it: itself, a Table, its metadata. */
  readonly show: (object: KubeObject) => KubeObject;
}

/** One event of a watch on the wire: a line of JSON, or a length and a protobuf message; made once for each form. */
export function frameOf(event: WatchEvent, { format, show }: FrameOptions): Uint8Array {
  const isPlain = format.accepted.as === '' || event.type === 'ERROR';
  return sharedFrame(event, formOf(format, isPlain), () => {
    const shown = isPlain ? event : { type: event.type, object: show(event.object) };
    if (format.accepted.mediaType !== 'application/vnd.kubernetes.protobuf') return jsonFrame(shown);
    return protobufFrame(shown, protobufType(shown.object));
  });
}

function formOf({ accepted, includeObject }: AnswerFormat, isPlain: boolean): string {
  const { mediaType, as, group, version } = accepted;
  return isPlain ? mediaType : `${mediaType} ${as} ${group}/${version} ${as === 'Table' ? includeObject : ''}`;
}
