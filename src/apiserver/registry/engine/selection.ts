import { type FieldTerm, parseFieldSelector } from '#apimachinery/fields.ts';
import { labelMatcher } from '#apimachinery/labels.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { RequestOptions } from '#apimachinery/request.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import type { WatchIndex } from '#storage/watch-cache.ts';
import { fieldReader } from './field-reader.ts';

/** What a list or watch asks for, as one question to an object. */
export interface Selection {
  readonly matchesAll: boolean;
  readonly matches: (object: KubeObject) => boolean;
  /** The only name, or namespace, that can match; empty where any can. */
  readonly name: string;
  readonly namespace: string;
  /** What a watch can be found by: the first field that must have one value. */
  readonly where: WatchIndex | undefined;
}

/** @throws {StatusError} 400 for selectors that cannot be read. */
export function selectionOf(resource: Resource, options: RequestOptions): Selection {
  const terms = parseFieldSelector(options.fieldSelector ?? '');
  const tests = terms.map((term) => fieldTest(resource, term));
  const labels = options.labelSelector ? labelMatcher(options.labelSelector) : undefined;
  if (labels) tests.push((object) => labels(object.metadata.labels ?? {}));
  const [first] = tests;
  return {
    matchesAll: tests.length === 0,
    matches: tests.length === 1 && first ? first : (object) => tests.every((test) => test(object)),
    name: exactly(terms, 'metadata.name'),
    namespace: exactly(terms, 'metadata.namespace'),
    where: indexOf(resource, terms),
  };
}

/** Only where the stored object is what the selector speaks of. Namespaces are told by keys already. */
function indexOf(resource: Resource, terms: readonly FieldTerm[]): WatchIndex | undefined {
  const term = terms.find(({ field, isEqual }) => isEqual && field !== 'metadata.namespace');
  if (!term || resource.conversion) return undefined;
  const { field, value } = term;
  return { name: `${apiVersionOf(resource)}:${field}`, of: fieldReader(resource, field), value };
}

function fieldTest(resource: Resource, { field, isEqual, value }: FieldTerm): (object: KubeObject) => boolean {
  const read = fieldReader(resource, field);
  return isEqual ? (object) => read(object) === value : (object) => read(object) !== value;
}

function exactly(terms: readonly FieldTerm[], field: string): string {
  return terms.find((term) => term.field === field && term.isEqual)?.value ?? '';
}
