import { decodeJson, parseJson } from '#apimachinery/codec/json.ts';
import { decodeProtobufBody } from '#apimachinery/codec/protobuf.ts';
import { decodeYaml, parseYaml } from '#apimachinery/codec/yaml.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { PatchType, RequestOptions } from '#apimachinery/request.ts';
import type { Resource, Subresource } from '#apimachinery/resource.ts';
import { schemaOf } from '#apimachinery/schema-table.ts';
import { badRequest, unsupportedMediaType } from '#apimachinery/status.ts';
import { MEDIA_TYPES } from './accept.ts';
import { integerOf } from './query-options.ts';
import { isTrue } from './request-info.ts';

export interface DecodeOptions {
  readonly resource: Resource;
  readonly subresource: Subresource | undefined;
  readonly contentType: string;
  readonly fieldValidation: RequestOptions['fieldValidation'];
  readonly warn: (message: string) => void;
}

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The kind that a body has at a path: a subresource may speak one of its own. */
function expectedKind({ resource, subresource }: Pick<DecodeOptions, 'resource' | 'subresource'>): Kind {
  const { group, version, kind } = resource;
  return {
    group: subresource?.group ?? group,
    version: subresource?.version ?? version,
    kind: subresource?.kind ?? kind,
  };
}

function typeOf(expected: Kind, resource: Resource): string {
  if (expected.kind === resource.kind && expected.group === resource.group) return resource.type;
  return `k8s.io.api.${expected.group === '' ? 'core' : expected.group.split('.')[0]}.${expected.version}.${expected.kind}`;
}

/** The object of a create or an update. @throws {StatusError} 400, 415 */
export function decodeObject(bytes: Buffer, options: DecodeOptions): KubeObject {
  const expected = expectedKind(options);
  const schema = schemaOf(typeOf(expected, options.resource));
  const { fieldValidation, warn } = options;
  return decoderFor(options.contentType)(bytes, { schema, expected, fieldValidation: fieldValidation ?? 'Warn', warn });
}

type Decoder = typeof decodeJson;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['', decodeJson],
  ['application/json', decodeJson],
  ['application/yaml', decodeYaml],
  ['application/vnd.kubernetes.protobuf', decodeProtobufBody],
]);

function decoderFor(contentType: string): Decoder {
  const decoder = DECODERS.get(contentType);
  if (decoder) return decoder;
  const known = MEDIA_TYPES.join(', ');
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${known}`,
  );
}

/** The parsed patch. @throws {StatusError} 400 */
export function decodePatch(bytes: Buffer, patchType: PatchType): unknown {
  try {
    return parsePatch(bytes, patchType);
  } catch (error) {
    throw badRequest(patchSentence((error as Error).message, patchType));
  }
}

function parsePatch(bytes: Buffer, patchType: PatchType): unknown {
  const text = bytes.toString();
  return patchType === 'application/apply-patch+yaml' ? parseYaml(text).value : parseJson(text);
}

const patchSentence = (why: string, patchType: PatchType) =>
  patchType === 'application/apply-patch+yaml' ? `error decoding YAML: ${why}` : `error decoding patch: ${why}`;

const DELETE_OPTIONS = 'k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions';

/** DeleteOptions of the body or, where there is none, of the query. @throws {StatusError} 400, 415 */
export function decodeDeleteOptions(
  bytes: Buffer,
  { contentType, query }: { contentType: string; query: URLSearchParams },
): KubeObject | undefined {
  if (bytes.length === 0) return queryDeleteOptions(query);
  const expected = { group: '', version: 'v1', kind: 'DeleteOptions' };
  return decoderFor(contentType)(bytes, { schema: schemaOf(DELETE_OPTIONS), expected, anyVersion: true });
}

function queryDeleteOptions(query: URLSearchParams): KubeObject | undefined {
  const gracePeriodSeconds = integerOf(query.get('gracePeriodSeconds'));
  const propagationPolicy = query.get('propagationPolicy') ?? undefined;
  const orphanDependents = query.has('orphanDependents') ? isTrue(query.get('orphanDependents')) : undefined;
  const all = { gracePeriodSeconds, propagationPolicy, orphanDependents };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  if (given.length === 0) return undefined;
  const options = { kind: 'DeleteOptions', apiVersion: 'v1', ...Object.fromEntries(given) };
  // DeleteOptions are no stored object, and have no metadata; the seam carries them as a body all the same.
  return options as unknown as KubeObject;
}
