import { FieldPath } from '#apimachinery/field-error.ts';
import type { RequestOptions } from '#apimachinery/request.ts';
import { badRequest, invalid, type StatusError } from '#apimachinery/status.ts';
import { isTrue } from './request-info.ts';

type Kind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions' | 'ListOptions' | 'GetOptions';

const KINDS: Readonly<Record<string, Kind>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
  list: 'ListOptions',
  watch: 'ListOptions',
};

const FIELD_VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

/**
 * The query parameters of a request about a resource. Unknown parameters are ignored, as upstream does.
 * @throws {StatusError} 400 for a value that is no number, 422 for one that is not among the allowed words.
 */
export function optionsOf(query: URLSearchParams, verb: string): RequestOptions {
  if (query.size === 0) return {};
  const kind = KINDS[verb] ?? 'GetOptions';
  return definedOnly({
    labelSelector: query.get('labelSelector') || undefined,
    fieldSelector: query.get('fieldSelector') || undefined,
    resourceVersion: query.get('resourceVersion') ?? undefined,
    resourceVersionMatch: (query.get('resourceVersionMatch') || undefined) as RequestOptions['resourceVersionMatch'],
    limit: integerOf(query.get('limit')),
    continue: query.get('continue') || undefined,
    timeoutSeconds: integerOf(query.get('timeoutSeconds')),
    allowWatchBookmarks: flagOf(query, 'allowWatchBookmarks'),
    sendInitialEvents: flagOf(query, 'sendInitialEvents'),
    dryRun: dryRunOf(query.getAll('dryRun'), kind),
    fieldManager: query.get('fieldManager') || undefined,
    fieldValidation: fieldValidationOf(query.get('fieldValidation'), kind),
    force: flagOf(query, 'force'),
  });
}

function definedOnly(options: RequestOptions): RequestOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

const flagOf = (query: URLSearchParams, name: string) => (query.has(name) ? isTrue(query.get(name)) : undefined);

/** Go's sentences, which upstream passes on as they are. Source: strconv.ParseInt. */
export function integerOf(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = BigInt(text);
  if (value > 2n ** 63n - 1n || value < -(2n ** 63n)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return Number(value);
}

function dryRunOf(values: readonly string[], kind: Kind): boolean | undefined {
  if (values.length === 0) return undefined;
  const at = new FieldPath('dryRun');
  const wrong = values.filter((value) => value !== 'All');
  if (wrong.length > 0) throw refused(kind, [at.notSupported(values, ['All'])]);
  return true;
}

function fieldValidationOf(value: string | null, kind: Kind): RequestOptions['fieldValidation'] {
  if (!value) return undefined;
  if (FIELD_VALIDATIONS.includes(value)) return value as RequestOptions['fieldValidation'];
  throw refused(kind, [new FieldPath('fieldValidation').notSupported(value, FIELD_VALIDATIONS)]);
}

const refused = (kind: Kind, errors: Parameters<typeof invalid>[2]): StatusError =>
  invalid({ group: 'meta.k8s.io', kind }, '', errors);
