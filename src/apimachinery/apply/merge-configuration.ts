import { cloneValue, isObject, type JsonObject } from '../patch/json-value.ts';
import { mergeOrder } from '../patch/merge-order.ts';
import type { ListSchema, Schema } from '../schema.ts';
import { isAtomic, itemStep, partsOf } from './walk.ts';

/** `live` with everything that the configuration says: its values win, keyed lists come together by key. */
export function mergeConfiguration(live: unknown, config: unknown, schema: Schema | undefined): unknown {
  if (config === null || live === undefined || live === null || isAtomic(schema) || !schema) return cloneValue(config);
  if (schema.kind === 'list') return mergeLists(live, config, schema);
  if (!isObject(live) || !isObject(config)) return cloneValue(config);
  const merged: JsonObject = { ...live };
  for (const part of partsOf(config, schema).values()) {
    const name = part.step.slice(2);
    if (part.value === null) delete merged[name];
    else merged[name] = mergeConfiguration(live[name], part.value, part.schema);
  }
  return merged;
}

function mergeLists(live: unknown, config: unknown, schema: ListSchema): unknown {
  if (!Array.isArray(live) || !Array.isArray(config)) return cloneValue(config);
  const old = new Map((live as unknown[]).map((item) => [itemStep(item, schema), item]));
  const wanted = new Map((config as unknown[]).map((item) => [itemStep(item, schema), item]));
  return mergeOrder([...old.keys()], [...wanted.keys()]).map((step) =>
    wanted.has(step) ? mergeConfiguration(old.get(step), wanted.get(step), schema.items) : old.get(step),
  );
}
