import type { FieldSchema, Schema, StructSchema } from '../schema.ts';

type Json = Record<string, unknown>;

/**
 * Fills what the schema's own defaults say, in structs that are there; changes its argument.
 * Source: upstream's `+default` markers.
 */
export function applySchemaDefaults(object: object, schema: StructSchema): void {
  if (mayDefault(schema, new Set())) fillStruct(object as Json, schema);
}

function fillStruct(value: Json, schema: StructSchema): void {
  for (const { name, schema: inner, ...field } of defaultingFields(schema)) {
    if (field.default !== undefined && value[name] === undefined) {
      if (!isZeroDefault(field)) value[name] = structuredClone(field.default);
    } else if (value[name] !== undefined) fill(value[name], inner);
  }
}

/** A non-pointer field whose default is its own zero is left out, as Go's encoder does. */
function isZeroDefault(field: Pick<FieldSchema, 'default' | 'pointer' | 'omitEmpty'>): boolean {
  return !field.pointer && field.omitEmpty && (field.default === '' || field.default === 0 || field.default === false);
}

function fill(value: unknown, schema: Schema): void {
  if (typeof value !== 'object' || value === null) return;
  if (schema.kind === 'struct') fillStruct(value as Json, schema);
  else if (schema.kind === 'list') for (const item of value as unknown[]) fill(item, schema.items);
  else if (schema.kind === 'map') for (const item of Object.values(value)) fill(item, schema.values);
}

const defaulting = new WeakMap<StructSchema, readonly FieldSchema[]>();

/** The fields below which some default waits, so that the walk skips all others. */
function defaultingFields(schema: StructSchema): readonly FieldSchema[] {
  let fields = defaulting.get(schema);
  if (!fields) {
    fields = [...schema.fields.values()].filter(
      (field) => field.default !== undefined || mayDefault(field.schema, new Set()),
    );
    defaulting.set(schema, fields);
  }
  return fields;
}

function mayDefault(schema: Schema, seen: Set<Schema>): boolean {
  if (schema.kind === 'list') return mayDefault(schema.items, seen);
  if (schema.kind === 'map') return mayDefault(schema.values, seen);
  if (schema.kind === 'scalar' || seen.has(schema)) return false;
  seen.add(schema);
  return [...schema.fields.values()].some((field) => field.default !== undefined || mayDefault(field.schema, seen));
}
