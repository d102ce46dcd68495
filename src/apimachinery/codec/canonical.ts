import type { FieldSchema, ListSchema, MapSchema, Schema, StructSchema } from '../schema.ts';
import type { EnumRow } from '../schema-row.ts';
import type { EmbeddedField } from '../schema-table.ts';
import { DecodeError } from './errors.ts';
import { readScalar, zeroScalar } from './scalar.ts';

type Json = Record<string, unknown>;

/** Where the walk is, and what it found. */
interface Walk {
  /** With list positions and map keys: `spec.containers[0].image`. */
  readonly path: string[];
  /** As Go's decoder reports it: JSON names of fields only. */
  readonly fields: string[];
  /** The struct whose field is being read. */
  owner: string;
  readonly unknown: string[];
}

export interface Canonical {
  readonly value: Json;
  /** Paths of fields that the schema does not have, in order. */
  readonly unknown: readonly string[];
}

/**
 * The one form in which objects live: unknown fields dropped, null and zero values left out where Go's encoder leaves
 * them out, structs that it always writes present, quantities and times normalised.
 * @throws {DecodeError} with Go's sentence when a value has the wrong type.
 */
export function canonicalize(value: Json, schema: StructSchema): Canonical {
  const walk: Walk = { path: [], fields: [], owner: '', unknown: [] };
  return { value: readStruct(value, schema, walk), unknown: walk.unknown };
}

function readValue(value: unknown, schema: Schema, walk: Walk, field?: FieldSchema): unknown {
  switch (schema.kind) {
    case 'struct':
      return readStruct(value, schema, walk);
    case 'list':
      return readList(value, schema, walk);
    case 'map':
      return readMap(value, schema, walk);
    case 'scalar':
      return readScalar(schema.scalar, value, (found, goType) => mismatch(found, enumType(field) ?? goType, walk));
  }
}

function enumType(field: FieldSchema | undefined): string | undefined {
  return (field?.enum as Partial<EnumRow> | undefined)?.goType;
}

function readStruct(value: unknown, schema: StructSchema, walk: Walk): Json {
  if (!isJson(value)) throw mismatch(value, goType(schema), walk);
  const owner = walk.owner;
  const out: Json = {};
  for (const key in value) {
    const field = schema.fields.get(key);
    if (field) {
      walk.owner = schema.name;
      readField(value[key], field, { out, walk });
    } else keepOrNote(key, value[key], { schema, out, walk });
  }
  for (const field of alwaysWritten(schema)) {
    if (out[field.name] === undefined) {
      const zero = zeroOf(field.schema);
      if (zero !== undefined) out[field.name] = zero;
    }
  }
  walk.owner = owner;
  return out;
}

function readField(value: unknown, field: FieldSchema, { out, walk }: { out: Json; walk: Walk }): void {
  if (value === null) return;
  walk.path.push(walk.path.length > 0 ? `.${field.name}` : field.name);
  const depth = walk.fields.length;
  const structs = (field as Partial<EmbeddedField>).embeddedIn;
  if (structs) walk.fields.push(...structs);
  walk.fields.push(field.name);
  const read = readValue(value, field.schema, walk, field);
  if (!isLeftOut(read, field)) out[field.name] = read;
  walk.path.pop();
  walk.fields.length = depth;
}

function keepOrNote(
  key: string,
  value: unknown,
  { schema, out, walk }: { schema: StructSchema; out: Json; walk: Walk },
) {
  if (schema.preserveUnknownFields) setKey(out, key, value);
  else walk.unknown.push(walk.path.join('') + (walk.path.length > 0 ? `.${key}` : key));
}

/** Go's omitempty: zero values of what is neither pointer nor struct. */
function isLeftOut(value: unknown, field: FieldSchema): boolean {
  if (!field.omitEmpty || field.pointer) return value === undefined;
  switch (field.schema.kind) {
    case 'list':
      return (value as unknown[]).length === 0;
    case 'map':
      return isEmpty(value as Json);
    case 'struct':
      return false;
    case 'scalar':
      return field.schema.scalar !== 'intOrString' && (value === '' || value === 0 || value === false);
  }
}

function isEmpty(value: Json): boolean {
  for (const _ in value) return false;
  return true;
}

function readList(value: unknown, schema: ListSchema, walk: Walk): unknown[] {
  if (!Array.isArray(value)) throw mismatch(value, goType(schema), walk);
  return value.map((item: unknown, index) => {
    walk.path.push(`[${index}]`);
    const read = item === null ? zeroOf(schema.items) : readValue(item, schema.items, walk);
    walk.path.pop();
    return read ?? null;
  });
}

function readMap(value: unknown, schema: MapSchema, walk: Walk): Json {
  if (!isJson(value)) throw mismatch(value, goType(schema), walk);
  const out: Json = {};
  for (const key in value) {
    walk.path.push(`.${key}`);
    const item = value[key];
    const read = item === null ? zeroOf(schema.values) : readValue(item, schema.values, walk);
    setKey(out, key, read ?? null);
    walk.path.pop();
  }
  return out;
}

function setKey(out: Json, key: string, value: unknown): void {
  // Plain assignment would change the prototype.
  if (key === '__proto__')
    Object.defineProperty(out, key, { value, enumerable: true, writable: true, configurable: true });
  else out[key] = value;
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const written = new WeakMap<StructSchema, readonly FieldSchema[]>();

function alwaysWritten(schema: StructSchema): readonly FieldSchema[] {
  let fields = written.get(schema);
  if (!fields) {
    fields = [...schema.fields.values()].filter(isAlwaysWritten);
    written.set(schema, fields);
  }
  return fields;
}

function isAlwaysWritten({ pointer, omitEmpty, schema }: FieldSchema): boolean {
  if (pointer) return false;
  return !omitEmpty || schema.kind === 'struct' || (schema.kind === 'scalar' && schema.scalar === 'quantity');
}

function zeroOf(schema: Schema): unknown {
  switch (schema.kind) {
    case 'struct':
      return readStruct({}, schema, { path: [], fields: [], owner: '', unknown: [] });
    case 'list':
      return [];
    case 'map':
      return {};
    case 'scalar':
      return zeroScalar(schema.scalar);
  }
}

/** `v1.PodSpec` for `k8s.io.api.core.v1.PodSpec`. */
const shortType = (name: string) => name.split('.').slice(-2).join('.');

const GO_SCALARS: Readonly<Record<string, string>> = {
  double: 'float64',
  bytes: '[]uint8',
  quantity: 'resource.Quantity',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  duration: 'v1.Duration',
  intOrString: 'intstr.IntOrString',
  raw: 'runtime.RawExtension',
};

function goType(schema: Schema): string {
  switch (schema.kind) {
    case 'struct':
      return shortType(schema.name);
    case 'list':
      return `[]${goType(schema.items)}`;
    case 'map':
      if (schema.values.kind === 'scalar' && schema.values.scalar === 'quantity') return 'v1.ResourceList';
      return `map[string]${goType(schema.values)}`;
    case 'scalar':
      return GO_SCALARS[schema.scalar] ?? schema.scalar;
  }
}

function mismatch(value: unknown, type: string, walk: Walk): DecodeError {
  const place =
    walk.fields.length === 0
      ? `value of type ${type}`
      : `struct field ${walk.owner.slice(walk.owner.lastIndexOf('.') + 1)}.${walk.fields.join('.')} of type ${type}`;
  return new DecodeError(`json: cannot unmarshal ${jsonTypeOf(value, type)} into Go ${place}`);
}

function jsonTypeOf(value: unknown, type: string): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return /^(int|float)/.test(type) ? `number ${value}` : 'number';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
