export type Json = unknown;
export type Fields = Record<string, unknown>;

export const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A patch value as it is stored where nothing was before: without directives and nulls. */
export function withoutDirectives(value: Json): Json {
  if (Array.isArray(value)) {
    const items = value.filter((item) => !(isRecord(item) && item.$patch === 'delete'));
    return items.map((item) => (item === null ? null : withoutDirectives(item)));
  }
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([key, inner]) => inner !== null && !isDirective(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutDirectives(inner)]));
}

const isDirective = (key: string): boolean =>
  key === '$patch' ||
  key === '$retainKeys' ||
  key.startsWith('$setElementOrder/') ||
  key.startsWith('$deleteFromPrimitiveList/');

interface Orders {
  /** The list as it was, which places what the wanted order does not name. */
  readonly server: readonly Json[];
  /** The field that identifies an item; undefined for lists of plain values. */
  readonly key: string | undefined;
}

/**
 * Puts the items named in `wanted` in that order, and the others between them as they stood in the server's list.
 * Source: strategicpatch.normalizeElementOrder.
 */
export function mergeOrders(items: readonly Json[], wanted: readonly Json[], { server, key }: Orders): Json[] {
  const idOf = (item: Json) => (key !== undefined && isRecord(item) ? item[key] : item);
  const places = (list: readonly Json[]) => new Map(list.map((item, index) => [idOf(item), index]));
  const wantedPlaces = places(wanted);
  const serverPlaces = places(server);
  const by = (order: Map<Json, number>) => (a: Json, b: Json) =>
    (order.get(idOf(a)) ?? Number.MAX_SAFE_INTEGER) - (order.get(idOf(b)) ?? Number.MAX_SAFE_INTEGER);
  const named = items.filter((item) => wantedPlaces.has(idOf(item))).sort(by(wantedPlaces));
  const others = items.filter((item) => !wantedPlaces.has(idOf(item))).sort(by(serverPlaces));
  const merged: Json[] = [];
  for (const item of named) {
    const place = serverPlaces.get(idOf(item));
    while (place !== undefined && others.length > 0 && (serverPlaces.get(idOf(others[0])) ?? place) < place) {
      merged.push(others.shift());
    }
    merged.push(item);
  }
  return [...merged, ...others];
}
