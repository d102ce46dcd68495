import { notAcceptable } from '#apimachinery/status.ts';

/** How the client wants its answer. */
export interface Accepted {
  readonly mediaType: MediaType;
  /** `Table`, `PartialObjectMetadata`, `PartialObjectMetadataList`, `APIGroupDiscoveryList`; empty for the object itself. */
  readonly as: string;
  /** Group and version of `as`. */
  readonly group: string;
  readonly version: string;
  /** The type's own `pretty=1`: indented JSON. */
  readonly isPretty: boolean;
}

export type MediaType = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf';

export const MEDIA_TYPES: readonly MediaType[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];

interface Clause {
  readonly type: string;
  readonly subtype: string;
  readonly params: ReadonlyMap<string, string>;
  readonly quality: number;
}

export interface AcceptRules {
  readonly mediaTypes: readonly MediaType[];
  /** Whether answers may be turned into `as`. */
  readonly allows: (as: { kind: string; group: string; version: string }) => boolean;
}

/**
 * The first of the client's wishes that can be granted; JSON where it has none.
 * Source: apiserver/pkg/endpoints/handlers/negotiation. @throws {StatusError} 406
 */
export function accept(header: string | undefined, rules: AcceptRules): Accepted {
  if (!header?.trim()) return { mediaType: rules.mediaTypes[0] ?? 'application/json', ...ITSELF, isPretty: false };
  for (const clause of clausesOf(header)) {
    const mediaType = rules.mediaTypes.find((offered) => matches(clause, offered));
    const wish = mediaType && wishOf(clause, mediaType, rules);
    const isPretty = ['1', 'true'].includes(clause.params.get('pretty') ?? '');
    if (mediaType && wish) return { mediaType, ...wish, isPretty };
  }
  throw notAcceptable(`only the following media types are accepted: ${rules.mediaTypes.join(', ')}`);
}

const ITSELF = { as: '', group: '', version: '' };
type Wish = Pick<Accepted, 'as' | 'group' | 'version'>;

function wishOf({ params }: Clause, mediaType: MediaType, rules: AcceptRules): Wish | undefined {
  const wish = { as: params.get('as') ?? '', group: params.get('g') ?? '', version: params.get('v') ?? '' };
  if (wish.as === '') return ITSELF;
  // Tables hold cells of any type, which protobuf has no message for.
  if (wish.as === 'Table' && mediaType === 'application/vnd.kubernetes.protobuf') return undefined;
  return rules.allows({ kind: wish.as, group: wish.group, version: wish.version }) ? wish : undefined;
}

function matches({ type, subtype }: Clause, offered: MediaType): boolean {
  const [offeredType, offeredSubtype] = offered.split('/');
  if (type === '*') return subtype === '*';
  return type === offeredType && (subtype === '*' || subtype === offeredSubtype);
}

function clausesOf(header: string): readonly Clause[] {
  const clauses = header.split(',').flatMap((text) => clauseOf(text) ?? []);
  // RFC 9110, section 12.4.2: a quality of 0 means "not acceptable".
  return clauses
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || specificity(b) - specificity(a));
}

const specificity = ({ type, subtype }: Clause) => (type === '*' ? 0 : subtype === '*' ? 1 : 2);

function clauseOf(text: string): Clause | undefined {
  const [full = '', ...rest] = text.split(';').map((part) => part.trim());
  const [type = '', subtype = full === '*' ? '*' : ''] = full.toLowerCase().split('/');
  if (type === '' || subtype === '') return undefined;
  const params = new Map(rest.map(paramOf));
  const quality = Number(params.get('q') ?? 1);
  return { type, subtype, params, quality: Number.isNaN(quality) ? 1 : quality };
}

function paramOf(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 0) return [text.toLowerCase(), ''];
  const value = text.slice(equals + 1).trim();
  return [text.slice(0, equals).trim().toLowerCase(), value.replace(/^"|"$/g, '')];
}

/** The bare media type of a `Content-Type`, in lower case and without parameters. */
export function bareMediaType(header: string): string {
  return (header.split(';')[0] ?? '').trim().toLowerCase();
}

/** YAML has no frames, so watches cannot have it. */
export const STREAM_TYPES: readonly MediaType[] = ['application/json', 'application/vnd.kubernetes.protobuf'];
