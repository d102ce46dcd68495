/** The built-in shapes: `Schema` values made from the generated table, each on first use. */
import type { FieldSchema, ListSchema, MapSchema, Scalar, ScalarSchema, Schema, StructSchema } from './schema.ts';
import { type FieldRow, hasType, typeRow } from './schema-row.ts';

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const APIEXTENSIONS = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1';

/** Types whose JSON is not the struct that protobuf shows. */
const SCALARS: Readonly<Record<string, Scalar>> = {
  string: 'string',
  bool: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'double',
  bytes: 'bytes',
  [`${META}.Time`]: 'time',
  [`${META}.MicroTime`]: 'microTime',
  [`${META}.Duration`]: 'duration',
  [`${META}.FieldsV1`]: 'fields',
  'k8s.io.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'k8s.io.apimachinery.pkg.runtime.RawExtension': 'raw',
  [`${APIEXTENSIONS}.JSON`]: 'any',
  [`${APIEXTENSIONS}.JSONSchemaPropsOrArray`]: 'any',
  [`${APIEXTENSIONS}.JSONSchemaPropsOrBool`]: 'any',
  [`${APIEXTENSIONS}.JSONSchemaPropsOrStringArray`]: 'any',
};

const scalarSchemas = new Map<Scalar, ScalarSchema>();
const structs = new Map<string, StructSchema>();

/** What a type's JSON is when it is no struct of its own. */
export const scalarOf = (type: string): Scalar | undefined => SCALARS[type];

/** Whether protobuf wraps a plain list of strings in this message: `ExtraValue`, `Verbs`. */
export function isListWrapper(type: string): boolean {
  if (!hasType(type)) return false;
  const [only, ...others] = typeRow(type).fields;
  return others.length === 0 && only?.name === 'items' && only.repeated && only.type === 'string';
}

/** Whether `schemaOf(type)` has an answer. */
export const hasSchema = (type: string): boolean => hasType(type) && !(type in SCALARS) && !isListWrapper(type);

/** The shape of a generated struct type, such as `k8s.io.api.core.v1.Pod`; the same value each time. */
export function schemaOf(typeName: string): StructSchema {
  let schema = structs.get(typeName);
  if (!schema) {
    schema = new TableStruct(typeName, typeRow(typeName).atomic);
    structs.set(typeName, schema);
  }
  return schema;
}

/** Resolves its fields on first use, which is what makes cyclic types (JSONSchemaProps) possible. */
class TableStruct implements StructSchema {
  readonly kind = 'struct';
  readonly name: string;
  readonly atomic: boolean;
  readonly preserveUnknownFields = false;
  #fields: ReadonlyMap<string, FieldSchema> | undefined;
  constructor(name: string, atomic: boolean) {
    this.name = name;
    this.atomic = atomic;
  }
  get fields(): ReadonlyMap<string, FieldSchema> {
    this.#fields ??= fieldsOf(this.name);
    return this.#fields;
  }
}

class TableList implements ListSchema {
  readonly kind = 'list';
  readonly items: Schema;
  readonly listType: 'atomic' | 'set' | 'map';
  readonly listMapKeys: readonly string[];
  #keyDefaults: Readonly<Record<string, unknown>> | undefined;
  constructor(items: Schema, row?: FieldRow) {
    this.items = items;
    this.listType = row?.listType ?? 'atomic';
    this.listMapKeys = row?.listMapKeys ?? [];
  }
  get keyDefaults(): Readonly<Record<string, unknown>> {
    this.#keyDefaults ??= keyDefaultsOf(this);
    return this.#keyDefaults;
  }
}

function keyDefaultsOf({ items, listMapKeys }: ListSchema): Readonly<Record<string, unknown>> {
  if (items.kind !== 'struct') return {};
  const pairs = listMapKeys.map((key) => [key, items.fields.get(key)?.default] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

function scalar(kind: Scalar): ScalarSchema {
  let schema = scalarSchemas.get(kind);
  if (!schema) {
    schema = { kind: 'scalar', scalar: kind };
    scalarSchemas.set(kind, schema);
  }
  return schema;
}

function fieldsOf(typeName: string): ReadonlyMap<string, FieldSchema> {
  const row = typeRow(typeName);
  const fields = new Map<string, FieldSchema>();
  if (row.isKind) for (const name of ['kind', 'apiVersion']) fields.set(name, plainField(name));
  for (const field of row.fields) {
    if (field.inline)
      for (const [name, inner] of schemaOf(field.type).fields) fields.set(name, embedded(inner, field.type));
    else if (field.name !== '-') fields.set(field.name, fieldSchema(field));
  }
  return fields;
}

/** A field that came with an inlined struct; Go's messages name the structs on the way to it. */
export interface EmbeddedField extends FieldSchema {
  readonly embeddedIn: readonly string[];
}

function embedded(field: FieldSchema, type: string): EmbeddedField {
  const inner = (field as Partial<EmbeddedField>).embeddedIn ?? [];
  return { ...field, embeddedIn: [type.slice(type.lastIndexOf('.') + 1), ...inner] };
}

const plainField = (name: string): FieldSchema => ({
  name,
  number: 0,
  schema: scalar('string'),
  optional: true,
  pointer: false,
  omitEmpty: true,
  patchStrategies: [],
});

function fieldSchema(row: FieldRow): FieldSchema {
  return {
    name: row.name,
    number: row.number,
    schema: schemaOfRow(row),
    optional: row.optional,
    pointer: row.pointer,
    omitEmpty: row.omitEmpty,
    ...(row.default !== undefined && { default: row.default }),
    enum: row.enum,
    patchStrategies: row.patchStrategy?.split(',') ?? [],
    patchMergeKey: row.patchMergeKey,
  };
}

function schemaOfRow(row: FieldRow): Schema {
  const one = schemaOfType(row.type, row);
  return row.repeated ? new TableList(one, row) : one;
}

function schemaOfType(type: string, row?: FieldRow): Schema {
  const kind = SCALARS[type];
  if (kind) return scalar(kind);
  const values = /^map<string,(.+)>$/.exec(type)?.[1];
  if (values)
    return { kind: 'map', values: schemaOfType(values), atomic: row?.mapType === 'atomic' } satisfies MapSchema;
  if (isListWrapper(type)) return new TableList(scalar('string'));
  const shared = schemaOf(type);
  const atomic = row?.structType === undefined ? shared.atomic : row.structType === 'atomic';
  return atomic === shared.atomic ? shared : new TableStruct(type, atomic);
}
