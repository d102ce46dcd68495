import { type FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { ListResponse, RequestOptions } from '#apimachinery/request.ts';
import { expired, invalid, StatusError } from '#apimachinery/status.ts';
import { Compacted } from '#storage/errors.ts';
import { decodeStored } from '#storage/stored-object.ts';
import type { CachedItem } from '#storage/watch-cache.ts';
import { storageKey, storagePrefix } from '../../storage-keys.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import type { Call } from './core.ts';
import { awaitRevision, parseRevision } from './read-revision.ts';
import { type Selection, selectionOf } from './selection.ts';
import { fromStored } from './versions.ts';

const INCONSISTENT =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

export async function list(call: Call): Promise<ListResponse> {
  const { request, resource } = call;
  refuseBadOptions(request.options);
  const selection = selectionOf(resource, request.options);
  const page = request.options.continue ? await continued(call, selection) : await first(call, selection);
  return { kind: 'list', resource, ...page };
}

type Page = Omit<ListResponse, 'kind' | 'resource'>;

/** A view of the store at one revision, from which a page is cut. */
interface View {
  readonly items: Iterable<CachedItem> | AsyncIterable<CachedItem>;
  readonly revision: number;
  /** How many objects lie in `items`, where nothing is filtered out. */
  readonly count: number;
}

async function first(call: Call, selection: Selection): Promise<Page> {
  const { options } = call.request;
  if (options.resourceVersionMatch === 'Exact') {
    const revision = parseRevision(options.resourceVersion) ?? 0;
    if (revision !== call.core.cache.revision) return pastPage(call, { revision, key: '' }, selection);
  }
  await awaitRevision(call);
  return cut(call, cached(call, '', selection), selection);
}

async function continued(call: Call, selection: Selection): Promise<Page> {
  const position = decodeContinue(call.request.options.continue ?? '');
  const { cache } = call.core;
  if (position.revision > 0 && position.revision !== cache.revision) return pastPage(call, position, selection);
  await cache.fresh(call.request.signal);
  if (position.revision > 0 && position.revision !== cache.revision) return pastPage(call, position, selection);
  return cut(call, cached(call, position.key, selection), selection);
}

/** What the cache shows, after a key. */
function cached({ core, request, resource }: Call, after: string, selection: Selection): View {
  const namespace = request.namespace || selection.namespace;
  const { revision } = core.cache;
  if (selection.name && (namespace || resource.scope === 'Cluster')) {
    const key = storageKey(resource, { namespace, name: selection.name });
    const object = core.cache.get(key);
    return { items: object ? [{ key, object }] : [], revision, count: object ? 1 : 0 };
  }
  const items = core.cache.list(storagePrefix(resource, namespace));
  if (!after) return { items, revision, count: items.length };
  const start = storagePrefix(resource, request.namespace) + after;
  const rest = items.filter(({ key }) => key > start);
  return { items: rest, revision, count: rest.length };
}

/** A page as of a revision that the cache has left behind, from the store's history. */
async function pastPage(
  call: Call,
  { revision, key }: { revision: number; key: string },
  selection: Selection,
): Promise<Page> {
  try {
    const { view } = await pastView(call, revision, key);
    return await cut(call, view, selection);
  } catch (error) {
    if (!(error instanceof Compacted)) throw error;
    if (!call.request.options.continue) throw expired('The resourceVersion for the provided list is too old.');
    const gone = expired(INCONSISTENT).status;
    throw new StatusError({ ...gone, metadata: { continue: encodeContinue({ revision: -1, key }) } }, { cause: error });
  }
}

const PAST_PAGE = 500;

async function pastView({ core, request, resource }: Call, revision: number, key: string): Promise<{ view: View }> {
  const prefix = storagePrefix(resource, request.namespace);
  const read = (after: string) =>
    core.driver.list(prefix, { revision, limit: PAST_PAGE, ...(after && { startAfter: after }) });
  const firstPage = await read(key && prefix + key);
  async function* items(): AsyncGenerator<CachedItem> {
    for (let page = firstPage; ; ) {
      for (const entry of page.entries) {
        yield { key: entry.key, object: decodeStored(entry.value, entry.revision) };
      }
      const last = page.entries.at(-1);
      if (page.remaining === 0 || !last) return;
      page = await read(last.key);
    }
  }
  return { view: { items: items(), revision, count: firstPage.entries.length + firstPage.remaining } };
}

/** Takes what matches, up to the limit, and says where to go on. */
async function cut({ request, resource }: Call, view: View, selection: Selection): Promise<Page> {
  const limit = limitOf(request.options);
  const items: KubeObject[] = [];
  const shown = String(view.revision);
  let lastKey = '';
  const take = ({ key, object }: CachedItem): boolean => {
    const image = fromStored(resource, object);
    if (!selection.matchesAll && !selection.matches(image)) return true;
    if (items.length === limit) return false;
    items.push(image);
    lastKey = key;
    return true;
  };
  if (!(await eachUntil(view.items, take))) {
    const key = lastKey.slice(storagePrefix(resource, request.namespace).length);
    const more = encodeContinue({ revision: view.revision, key });
    const remaining = selection.matchesAll ? { remainingItemCount: view.count - items.length } : {};
    return { items, resourceVersion: shown, continue: more, ...remaining };
  }
  return { items, resourceVersion: shown };
}

/** @returns false when `take` stopped it. */
async function eachUntil(items: View['items'], take: (item: CachedItem) => boolean): Promise<boolean> {
  if (Symbol.iterator in items) {
    for (const item of items) if (!take(item)) return false;
    return true;
  }
  for await (const item of items) if (!take(item)) return false;
  return true;
}

/** A list "as the cache has it" is whole: upstream serves it from memory and leaves the limit unheard. */
function limitOf({ limit, resourceVersion }: RequestOptions): number {
  return limit && limit > 0 && resourceVersion !== '0' ? limit : Number.POSITIVE_INFINITY;
}

const MATCH = new FieldPath('resourceVersionMatch');

/** Source: metav1 internalversion ValidateListOptions. */
function refuseBadOptions(options: RequestOptions): void {
  const { resourceVersionMatch: match, resourceVersion } = options;
  const errors: FieldError[] = [];
  if (match) {
    if (!resourceVersion)
      errors.push(MATCH.forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (options.continue) errors.push(MATCH.forbidden('resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(MATCH.notSupported(match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0') {
      errors.push(MATCH.forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (options.sendInitialEvents !== undefined) {
    errors.push(new FieldPath('sendInitialEvents').forbidden('sendInitialEvents is forbidden for list'));
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
}
