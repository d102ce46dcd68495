/** Which encoding a client wants, and which it sent. Source: apiserver endpoints/handlers/negotiation. */
import type { PatchType } from '../request.ts';
import { notAcceptable, unsupportedMediaType } from '../status.ts';

export type Encoding = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf';

export const ENCODINGS: readonly Encoding[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];

export interface Transform {
  readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  readonly group: string;
  readonly version: string;
}

export interface Accepted {
  readonly encoding: Encoding;
  /** What the client wants to see instead of the object itself. */
  readonly as?: Transform | undefined;
  /** The `stream` parameter, `watch` for watches. */
  readonly stream?: string | undefined;
  readonly pretty: boolean;
}

interface Clause {
  readonly type: string;
  readonly subtype: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

function parseClause(text: string): Clause {
  const [range = '', ...rest] = text.split(';').map((part) => part.trim());
  const [type = '', subtype = ''] = range.toLowerCase() === '*' ? ['*', '*'] : range.toLowerCase().split('/');
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const at = part.indexOf('=');
    if (at > 0)
      parameters.set(
        part.slice(0, at).trim().toLowerCase(),
        part
          .slice(at + 1)
          .trim()
          .replace(/^"|"$/g, ''),
      );
  }
  const quality = Number(parameters.get('q') ?? 1);
  return { type, subtype, parameters, quality: Number.isFinite(quality) ? quality : 1 };
}

/** Exact types before ranges at the same quality, in the client's order otherwise. */
const wildness = ({ type, subtype }: Clause) => (type === '*' ? 2 : subtype === '*' ? 1 : 0);

function clausesOf(header: string): Clause[] {
  return header
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(parseClause)
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || wildness(a) - wildness(b));
}

export interface NegotiateOptions {
  /** What the endpoint can write. Default: all encodings. */
  readonly encodings?: readonly Encoding[] | undefined;
  /** Whether the endpoint can show its objects as tables and as metadata only. Default true. */
  readonly transforms?: boolean | undefined;
}

/** The best answer to an `Accept` header; without one, JSON. @throws {StatusError} 406 */
export function negotiate(accept: string | undefined, options: NegotiateOptions = {}): Accepted {
  const { encodings = ENCODINGS, transforms = true } = options;
  const clauses = clausesOf(accept ?? '');
  if (clauses.length === 0 && !accept?.trim()) return { encoding: encodings[0] ?? 'application/json', pretty: false };
  for (const clause of clauses) {
    const encoding = encodings.find((one) => matches(clause, one));
    const answer = encoding && answerTo(clause, encoding, transforms);
    if (answer) return answer;
  }
  throw notAcceptable(`only the following media types are accepted: ${encodings.join(', ')}`);
}

function matches({ type, subtype }: Clause, encoding: Encoding): boolean {
  const [ownType, ownSubtype] = encoding.split('/');
  return (type === '*' || type === ownType) && (subtype === '*' || subtype === ownSubtype);
}

function answerTo({ parameters }: Clause, encoding: Encoding, transforms: boolean): Accepted | undefined {
  const as = transformOf(parameters);
  if (as === undefined) return undefined;
  if (as && !(transforms && allows(as, encoding))) return undefined;
  return {
    encoding,
    pretty: ['1', 'true'].includes(parameters.get('pretty') ?? ''),
    ...(as && { as }),
    ...(parameters.has('stream') && { stream: parameters.get('stream') }),
  };
}

const TRANSFORMS: readonly string[] = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'];
const isTransform = (kind: string): kind is Transform['kind'] => TRANSFORMS.includes(kind);

/** `null` without an `as` parameter; undefined for one that nobody can serve. */
function transformOf(parameters: ReadonlyMap<string, string>): Transform | null | undefined {
  const kind = parameters.get('as');
  if (!kind) return null;
  const group = parameters.get('g') ?? '';
  const version = parameters.get('v') ?? '';
  return isTransform(kind) ? { kind, group, version } : undefined;
}

function allows({ kind, group, version }: Transform, encoding: Encoding): boolean {
  if (group !== 'meta.k8s.io' || !['v1', 'v1beta1'].includes(version)) return false;
  return kind !== 'Table' || encoding !== 'application/vnd.kubernetes.protobuf';
}

const bareType = (contentType: string) => (contentType.split(';')[0] ?? '').trim().toLowerCase();

const unknownFormat = (accepted: readonly string[]) =>
  unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

/** The encoding of a body; without a `Content-Type`, JSON. @throws {StatusError} 415 */
export function bodyEncoding(contentType: string | undefined): Encoding {
  const type = bareType(contentType ?? '');
  if (type === '') return 'application/json';
  const found = ENCODINGS.find((one) => one === type);
  if (!found) throw unknownFormat(ENCODINGS);
  return found;
}

export const PATCH_TYPES: readonly PatchType[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** The kind of a patch. Custom resources know no strategic merge: pass what they support. @throws {StatusError} 415 */
export function patchTypeOf(contentType: string | undefined, supported: readonly PatchType[] = PATCH_TYPES): PatchType {
  const type = bareType(contentType ?? '');
  const found = supported.find((one) => one === type);
  if (!found) throw unknownFormat(supported);
  return found;
}
