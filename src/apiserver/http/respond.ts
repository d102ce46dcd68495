import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { KubeList, KubeObject } from '#apimachinery/object.ts';
import type { ApiResponse, ListResponse } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { badRequest } from '#apimachinery/status.ts';
import type { Status } from '#gen/meta/v1.ts';
import { partialMetadataOf, tableOf } from '../tables/table.ts';
import type { AnswerFormat } from './answer-format.ts';
import { encodeList, encodeObject } from './encode.ts';
import { type Exchange, headerOf, type ResponseHeaders } from './exchange.ts';

const gzipped = promisify(gzip);

/** Upstream compresses answers above 128 KiB. */
const GZIP_FROM_BYTES = 128 * 1024;

export interface Answer {
  readonly code: number;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

type Plain = Extract<ApiResponse, { kind: 'object' | 'list' | 'status' }>;

/** What the client gets for an object, a list or a Status, in the form that it asked for. */
export function answerOf(response: Plain, resource: Resource, format: AnswerFormat): Answer {
  const { mediaType } = format.accepted;
  switch (response.kind) {
    case 'status':
      return { code: response.code, contentType: mediaType, bytes: encodeObject(asObject(response.status), format) };
    case 'object': {
      const shown = shownObject(response.object, resource, format);
      return { code: response.code, contentType: mediaType, bytes: encodeObject(shown, format) };
    }
    default:
      return { code: 200, contentType: mediaType, bytes: listBytes(response, format) };
  }
}

/** A Status travels like any object, though it has only a ListMeta. */
export const asObject = (status: Status): KubeObject => status as unknown as KubeObject;

/** One object as itself, as a Table of one row, or as its metadata. */
export function shownObject(object: KubeObject, resource: Resource, format: AnswerFormat): KubeObject {
  const { as, group, version } = format.accepted;
  if (as === '' || object.kind === 'Status') return object;
  const apiVersion = `${group}/${version}`;
  if (as === 'PartialObjectMetadata') return partialMetadataOf(object, apiVersion);
  if (as !== 'Table') throw badRequest(`cannot convert an object to ${as}`);
  const { resourceVersion } = object.metadata;
  const content = { items: [object], metadata: { resourceVersion } };
  const { includeObject, nowMs } = format;
  return tableOf(resource, content, { includeObject, nowMs, apiVersion }) as unknown as KubeObject;
}

function listBytes(list: ListResponse, format: AnswerFormat): Uint8Array {
  const metadata = listMetaOf(list);
  const { as, group, version } = format.accepted;
  const { resource, items } = list;
  const apiVersion = `${group}/${version}`;
  if (as === '') return encodeList({ resource, metadata, items }, format);
  if (as === 'Table') {
    const { includeObject, nowMs } = format;
    const table = tableOf(resource, { items, metadata }, { includeObject, nowMs, apiVersion });
    return encodeObject(table as unknown as KubeObject, format);
  }
  const partial = {
    kind: 'PartialObjectMetadataList',
    apiVersion,
    metadata,
    items: items.map((item) => partialMetadataOf(item, apiVersion)),
  };
  return encodeObject(partial as unknown as KubeObject, format);
}

function listMetaOf(list: ListResponse): KubeList['metadata'] {
  return {
    resourceVersion: list.resourceVersion,
    ...(list.continue && { continue: list.continue }),
    ...(list.remainingItemCount !== undefined && { remainingItemCount: list.remainingItemCount }),
  };
}

/** Sends a whole answer, compressed where it is large and the client can take it. */
export async function send(exchange: Exchange, answer: Answer, headers: ResponseHeaders): Promise<void> {
  const wantsGzip = /\bgzip\b/.test(headerOf(exchange, 'accept-encoding') ?? '');
  const all: ResponseHeaders = { ...headers, 'Content-Type': answer.contentType };
  let { bytes } = answer;
  if (wantsGzip) all['Vary'] = 'Accept-Encoding';
  if (wantsGzip && bytes.length > GZIP_FROM_BYTES) {
    bytes = await gzipped(bytes, { level: constants.Z_BEST_SPEED });
    all['Content-Encoding'] = 'gzip';
  }
  all['Content-Length'] = String(bytes.length);
  exchange.start(answer.code, all);
  if (exchange.method === 'HEAD') exchange.end();
  else exchange.end(bytes);
}
