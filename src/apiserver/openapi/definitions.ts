import { type FieldRow, hasType, type TypeRow, typeRow, unionMembers } from '#apimachinery/schema-row.ts';
import { isListWrapper, scalarOf } from '#apimachinery/schema-table.ts';
import type { Descriptions } from './descriptions.ts';
import { definitionName, type GroupVersion } from './names.ts';

export type OpenApiSchema = Record<string, unknown>;

/** What the two versions of OpenAPI say differently. */
export interface Dialect {
  readonly refPrefix: '#/definitions/' | '#/components/schemas/';
  /** OpenAPI v3 also says defaults and enums, and unions of plain types. */
  readonly isV3: boolean;
}

export const V2: Dialect = { refPrefix: '#/definitions/', isV3: false };
export const V3: Dialect = { refPrefix: '#/components/schemas/', isV3: true };

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const APIEXTENSIONS = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1';

/** Types whose JSON is no struct. Source: OpenAPISchemaType and OpenAPISchemaFormat of each. */
const OPAQUE: Readonly<Record<string, (isV3: boolean) => OpenApiSchema>> = {
  [`${META}.Time`]: () => ({ type: 'string', format: 'date-time' }),
  [`${META}.MicroTime`]: () => ({ type: 'string', format: 'date-time' }),
  [`${META}.Duration`]: () => ({ type: 'string' }),
  [`${META}.FieldsV1`]: () => ({ type: 'object' }),
  [`${META}.Patch`]: () => ({ type: 'object' }),
  'k8s.io.apimachinery.pkg.runtime.RawExtension': () => ({ type: 'object' }),
  'k8s.io.apimachinery.pkg.api.resource.Quantity': (isV3) =>
    isV3 ? { oneOf: [{ type: 'string' }, { type: 'number' }] } : { type: 'string' },
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': (isV3) =>
    isV3
      ? { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' }
      : { type: 'string', format: 'int-or-string' },
  [`${APIEXTENSIONS}.JSON`]: () => ({}),
  [`${APIEXTENSIONS}.JSONSchemaPropsOrArray`]: () => ({}),
  [`${APIEXTENSIONS}.JSONSchemaPropsOrBool`]: () => ({}),
  [`${APIEXTENSIONS}.JSONSchemaPropsOrStringArray`]: () => ({}),
};

const PLAIN: Readonly<Record<string, OpenApiSchema>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
};

const ZERO: Readonly<Record<string, unknown>> = { string: '', bool: false, int32: 0, int64: 0, double: 0 };

/** Writes the schemas of types, and of all that they refer to, into one map of definitions. */
export class DefinitionWriter {
  readonly definitions: Record<string, OpenApiSchema> = {};
  readonly #dialect: Dialect;
  readonly #descriptions: Descriptions;
  readonly #kinds: ReadonlyMap<string, readonly KindName[]>;
  readonly #custom: ((type: string) => OpenApiSchema | undefined) | undefined;

  constructor(dialect: Dialect, { descriptions, kinds, custom }: DefinitionSources) {
    this.#dialect = dialect;
    this.#descriptions = descriptions;
    this.#kinds = kinds;
    this.#custom = custom;
  }

  /** A reference to a type, which is defined by now. */
  ref(type: string): OpenApiSchema {
    const name = definitionName(type);
    if (!(name in this.definitions)) {
      this.definitions[name] = {};
      this.definitions[name] = this.#define(type);
    }
    return { $ref: this.#dialect.refPrefix + name };
  }

  #define(type: string): OpenApiSchema {
    const description = this.#descriptions.of(type);
    const opaque = OPAQUE[type];
    const kinds = this.#kinds.get(type);
    const schema = opaque ? opaque(this.#dialect.isV3) : this.#shape(type);
    return {
      ...(description && { description }),
      ...schema,
      ...(kinds && kinds.length > 0 && { 'x-kubernetes-group-version-kind': kinds }),
    };
  }

  #shape(type: string): OpenApiSchema {
    if (hasType(type)) return this.#struct(typeRow(type));
    const custom = this.#custom?.(type);
    if (custom) return custom;
    const item = type.replace(/List$/, '');
    const isList = item !== type && this.#custom?.(item) !== undefined;
    return isList ? this.#customList(item) : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  }

  #customList(item: string): OpenApiSchema {
    return {
      type: 'object',
      required: ['items'],
      properties: {
        apiVersion: { type: 'string' },
        items: { type: 'array', items: this.ref(item) },
        kind: { type: 'string' },
        metadata: this.ref(`${META}.ListMeta`),
      },
    };
  }

  #struct(row: TypeRow): OpenApiSchema {
    const required: string[] = [];
    const properties: Record<string, OpenApiSchema> = {};
    if (row.isKind)
      for (const name of ['apiVersion', 'kind']) properties[name] = this.#described(row, name, { type: 'string' });
    this.#addFields(row, row, { properties, required });
    return {
      type: 'object',
      ...(required.length > 0 && { required }),
      ...(Object.keys(properties).length > 0 && { properties: sorted(properties) }),
      ...(row.atomic && { 'x-kubernetes-map-type': 'atomic' }),
      ...(row.union && { 'x-kubernetes-unions': [unionExtension(row)] }),
    };
  }

  #addFields(
    row: TypeRow,
    owner: TypeRow,
    out: { properties: Record<string, OpenApiSchema>; required: string[] },
  ): void {
    for (const field of row.fields) {
      if (field.name === '-') continue;
      if (field.inline) {
        this.#addFields(typeRow(field.type), owner, out);
        continue;
      }
      out.properties[field.name] = this.#described(owner, field.name, this.#property(field));
      if (field.required || (!field.optional && !field.omitEmpty)) out.required.push(field.name);
    }
  }

  #described(owner: TypeRow, field: string, schema: OpenApiSchema): OpenApiSchema {
    const own = this.#descriptions.of(`${owner.name}#${field}`);
    const target = referred(schema)?.slice(this.#dialect.refPrefix.length);
    const description =
      own ?? (target === undefined ? undefined : (this.definitions[target]?.['description'] as string));
    if (!description) return schema;
    // Beside a $ref OpenAPI 3 allows nothing else.
    if (this.#dialect.isV3 && '$ref' in schema) return { description, allOf: [{ $ref: schema['$ref'] }] };
    return { description, ...schema };
  }

  #property(field: FieldRow): OpenApiSchema {
    const value = this.#value(field.type, field);
    const schema = field.repeated
      ? { type: 'array', items: this.#element(field.type, value) }
      : this.#withDefault(field, value);
    return { ...schema, ...listExtensions(field), ...patchExtensions(field) };
  }

  /** The schema of one value of a type, list and default aside. */
  #value(type: string, field?: FieldRow): OpenApiSchema {
    const plain = PLAIN[type];
    if (plain) return { ...plain, ...this.#enum(field) };
    const values = /^map<string,(.+)>$/.exec(type)?.[1];
    if (values) return { type: 'object', additionalProperties: this.#element(values, this.#value(values)) };
    if (isListWrapper(type)) return { type: 'array', items: this.#element('string', { type: 'string' }) };
    if (type === `${META}.Duration`) return { type: 'string' };
    return this.ref(type);
  }

  #enum(field: FieldRow | undefined): OpenApiSchema {
    return this.#dialect.isV3 && field?.enum?.closed ? { enum: [...field.enum.values].sort() } : {};
  }

  /** Elements of lists and maps carry their zero value as default in OpenAPI v3. */
  #element(type: string, schema: OpenApiSchema): OpenApiSchema {
    if (!this.#dialect.isV3) return schema;
    if (type in ZERO) return { ...schema, default: ZERO[type] };
    return isPlainStruct(type) ? { allOf: [schema], default: {} } : schema;
  }

  #withDefault(field: FieldRow, schema: OpenApiSchema): OpenApiSchema {
    if (!this.#dialect.isV3) return schema;
    const preset = field.default ?? this.#zeroDefault(field);
    if (preset === undefined) return schema;
    return '$ref' in schema ? { allOf: [schema], default: preset } : { ...schema, default: preset };
  }

  #zeroDefault(field: FieldRow): unknown {
    if (field.pointer) return undefined;
    if (isPlainStruct(field.type)) return {};
    return field.omitEmpty ? undefined : ZERO[field.type];
  }
}

export interface DefinitionSources {
  readonly descriptions: Descriptions;
  /** Which group, version and kind a type is served as. */
  readonly kinds: ReadonlyMap<string, readonly KindName[]>;
  /** Schemas of types that are not generated: custom resources. */
  readonly custom?: ((type: string) => OpenApiSchema | undefined) | undefined;
}

export interface KindName extends GroupVersion {
  readonly kind: string;
}

/** A struct that says its fields, as opposed to one with a JSON form of its own. */
const isPlainStruct = (type: string): boolean => hasType(type) && scalarOf(type) === undefined && !isListWrapper(type);

function referred(schema: OpenApiSchema): string | undefined {
  const inner = (schema['allOf'] as OpenApiSchema[] | undefined)?.[0] ?? schema;
  return inner['$ref'] as string | undefined;
}

function listExtensions(field: FieldRow): OpenApiSchema {
  return {
    ...(field.listMapKeys.length > 0 && { 'x-kubernetes-list-map-keys': field.listMapKeys }),
    ...(field.listType && { 'x-kubernetes-list-type': field.listType }),
    ...((field.mapType ?? field.structType) && { 'x-kubernetes-map-type': field.mapType ?? field.structType }),
  };
}

function patchExtensions({ patchMergeKey, patchStrategy }: FieldRow): OpenApiSchema {
  return {
    ...(patchMergeKey && { 'x-kubernetes-patch-merge-key': patchMergeKey }),
    ...(patchStrategy && { 'x-kubernetes-patch-strategy': patchStrategy }),
  };
}

function unionExtension(row: TypeRow): OpenApiSchema {
  const { discriminator, members } = unionMembers(row);
  const goName = (field: string) => field.charAt(0).toUpperCase() + field.slice(1);
  return {
    ...(discriminator && { discriminator }),
    'fields-to-discriminateBy': Object.fromEntries([...members].sort().map((field) => [field, goName(field)])),
  };
}

function sorted(record: Record<string, OpenApiSchema>): Record<string, OpenApiSchema> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
