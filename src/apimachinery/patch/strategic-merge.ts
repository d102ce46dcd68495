import type { KubeObject } from '../object.ts';
import type { Resource } from '../resource.ts';
import type { FieldSchema, Schema } from '../schema.ts';
import { schemaOf } from '../schema-table.ts';
import { badRequest } from '../status.ts';
import { type Fields, isRecord, type Json, mergeOrders, withoutDirectives } from './list-order.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

/** How a field's lists and maps merge: what its schema says of it. */
interface Merging {
  readonly schema: Schema | undefined;
  readonly strategies: readonly string[];
  readonly mergeKey: string | undefined;
}

const UNKNOWN: Merging = { schema: undefined, strategies: [], mergeKey: undefined };

/** The object after a strategic merge patch; neither argument changes. @throws {StatusError} 400. Source: util/strategicpatch. */
export function strategicMerge(resource: Pick<Resource, 'type'>, existing: KubeObject, patch: unknown): KubeObject {
  return mergeBySchema(schemaOf(resource.type), existing, patch) as KubeObject;
}

/** The same for any value of a schema. */
export function mergeBySchema(schema: Schema, existing: unknown, patch: unknown): unknown {
  if (!isRecord(existing) || !isRecord(patch)) throw badRequest('Invalid JSON document');
  return mergedMap(existing, patch, schema);
}

function mergingOf(schema: Schema | undefined, name: string): Merging {
  if (schema?.kind === 'map') return { ...UNKNOWN, schema: schema.values };
  const field: FieldSchema | undefined = schema?.kind === 'struct' ? schema.fields.get(name) : undefined;
  if (!field) return UNKNOWN;
  return { schema: field.schema, strategies: field.patchStrategies, mergeKey: field.patchMergeKey };
}

function mergedMap(original: Fields, patch: Fields, schema: Schema | undefined): Fields {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') {
    const { [DIRECTIVE]: _, ...rest } = patch;
    return withoutDirectives(rest) as Fields;
  }
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') throw badRequest(`unknown patch type: ${String(directive)}`);
  const result = retained(original, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(SET_ORDER)) continue;
    if (key.startsWith(DELETE_FROM)) deleteFromList(result, key.slice(DELETE_FROM.length), value);
    else if (value === null) delete result[key];
    else result[key] = mergedValue(result[key], value, mergingOf(schema, key));
  }
  for (const [key, order] of Object.entries(patch)) {
    if (key.startsWith(SET_ORDER)) reorder({ result, original, key: key.slice(SET_ORDER.length), order, schema });
  }
  return result;
}

function retained(original: Fields, patch: Fields): Fields {
  const keep = patch[RETAIN_KEYS];
  if (keep === undefined) return { ...original };
  if (!Array.isArray(keep)) throw badRequest('invalid patch format of retainKeys');
  const lost = Object.entries(patch).find(
    ([key, value]) => !key.startsWith('$') && value !== null && !keep.includes(key),
  );
  if (lost) throw badRequest('invalid patch format of retainKeys');
  return Object.fromEntries(Object.entries(original).filter(([key]) => keep.includes(key)));
}

function deleteFromList(result: Fields, key: string, gone: Json): void {
  if (!Array.isArray(gone)) throw badRequest('invalid patch format of primitive list');
  const list = result[key];
  if (Array.isArray(list)) result[key] = list.filter((item) => !gone.includes(item));
}

function mergedValue(original: Json, patch: Json, merging: Merging): Json {
  if (isRecord(patch) && isRecord(original) && !merging.strategies.includes('replace')) {
    return mergedMap(original, patch, merging.schema);
  }
  if (Array.isArray(patch) && Array.isArray(original) && merging.strategies.includes('merge')) {
    return mergedList(original, patch, merging);
  }
  return withoutDirectives(patch);
}

function mergedList(original: Json[], patch: Json[], merging: Merging): Json[] {
  const sample = patch[0] ?? original[0];
  if (sample === undefined) return patch;
  if (!isRecord(sample))
    return mergeOrders([...new Set([...original, ...patch])], patch, { server: original, key: undefined });
  const { mergeKey } = merging;
  if (!mergeKey) throw badRequest('cannot merge without declared merge key');
  return mergedMaps(original, patch, { ...merging, mergeKey });
}

function keyedItem(item: Json, mergeKey: string): Fields {
  if (!isRecord(item)) throw badRequest('invalid JSON document: a list mixes objects with other values');
  if (item[mergeKey] === undefined) {
    throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
  }
  return item;
}

function mergedMaps(original: Json[], patch: Json[], merging: Merging & { mergeKey: string }): Json[] {
  const { mergeKey } = merging;
  const isSpecial = (item: Json) => isRecord(item) && item[DIRECTIVE] !== undefined;
  const ordinary = patch.filter((item) => !isSpecial(item));
  const specials = patch.filter(isSpecial) as Fields[];
  if (specials.some((item) => item[DIRECTIVE] === 'replace')) return ordinary.map(withoutDirectives);
  const items = new Map<Json, Json>(original.map((item) => [isRecord(item) ? item[mergeKey] : item, item]));
  for (const item of specials) {
    if (item[DIRECTIVE] === 'delete') items.delete(keyedItem(item, mergeKey)[mergeKey]);
    else throw badRequest(`unknown patch type: ${String(item[DIRECTIVE])}`);
  }
  const itemSchema = merging.schema?.kind === 'list' ? merging.schema.items : undefined;
  for (const item of ordinary) {
    const wanted = keyedItem(item, mergeKey);
    const there = items.get(wanted[mergeKey]);
    items.set(wanted[mergeKey], isRecord(there) ? mergedMap(there, wanted, itemSchema) : withoutDirectives(wanted));
  }
  return mergeOrders([...items.values()], ordinary, { server: original, key: mergeKey });
}

interface Reordering {
  result: Fields;
  original: Fields;
  key: string;
  order: Json;
  schema: Schema | undefined;
}

function reorder({ result, original, key, order, schema }: Reordering): void {
  const list = result[key];
  if (!Array.isArray(order)) throw badRequest('invalid patch format of setElementOrder list');
  if (!Array.isArray(list)) return;
  const server = original[key];
  const { mergeKey } = mergingOf(schema, key);
  const isKeyed = order.some(isRecord);
  result[key] = mergeOrders(list, order, {
    server: Array.isArray(server) ? server : [],
    key: isKeyed ? mergeKey : undefined,
  });
}
