import { isObject, type JsonObject } from '../patch/json-value.ts';
import type { ListSchema, Schema, StructSchema } from '../schema.ts';

/** A part of a value and the step that leads to it. */
export interface Part {
  readonly step: string;
  readonly value: unknown;
  readonly schema: Schema | undefined;
}

/** Whether the value is owned as one: scalars, atomic lists and maps, and what the schema does not know. */
export function isAtomic(schema: Schema | undefined): boolean {
  if (!schema || schema.kind === 'scalar') return true;
  if (schema.kind === 'list') return schema.listType === 'atomic';
  return schema.atomic || (schema.kind === 'struct' && schema.preserveUnknownFields);
}

/** The parts of a value that is not atomic, by step. */
export function partsOf(value: unknown, schema: Schema | undefined): Map<string, Part> {
  const parts = new Map<string, Part>();
  if (!schema || schema.kind === 'scalar') return parts;
  for (const part of schema.kind === 'list' ? itemsOf(value, schema) : fieldsOf(value, schema)) {
    parts.set(part.step, part);
  }
  return parts;
}

function* fieldsOf(value: unknown, schema: StructSchema | Exclude<Schema, ListSchema>): Generator<Part> {
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const below =
      schema.kind === 'map' ? schema.values : schema.kind === 'struct' ? schema.fields.get(name)?.schema : undefined;
    yield { step: `f:${name}`, value: inner, schema: below };
  }
}

function* itemsOf(value: unknown, schema: ListSchema): Generator<Part> {
  if (!Array.isArray(value)) return;
  for (const item of value as unknown[]) yield { step: itemStep(item, schema), value: item, schema: schema.items };
}

/** `v:"x"` in sets, `k:{"name":"x"}` in maps: what tells an item from the others. */
export function itemStep(item: unknown, { listType, listMapKeys, keyDefaults }: ListSchema): string {
  if (listType === 'set') return `v:${JSON.stringify(item)}`;
  const key: JsonObject = {};
  for (const name of [...listMapKeys].sort()) {
    const value = isObject(item) ? item[name] : undefined;
    key[name] = value ?? keyDefaults[name];
  }
  return `k:${JSON.stringify(key)}`;
}
