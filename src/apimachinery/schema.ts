/**
 * The shape of a value, as the one source for decoding, defaulting, patching, apply, OpenAPI and protobuf.
 * Built-in shapes are made from the generated table (`schema-table.ts`); a custom resource's shape will be made from
 * its structural schema, and everything that reads a Schema serves both.
 */
export type Schema = StructSchema | ListSchema | MapSchema | ScalarSchema;

export interface StructSchema {
  readonly kind: 'struct';
  /** `k8s.io.api.core.v1.PodSpec`; empty for anonymous structs. */
  readonly name: string;
  /** By JSON name, inlined structs flattened, in upstream's order. */
  readonly fields: ReadonlyMap<string, FieldSchema>;
  /** Applied and owned as one value. */
  readonly atomic: boolean;
  /** Keep fields that are not declared (RawExtension, preserve-unknown-fields). */
  readonly preserveUnknownFields: boolean;
}

export interface FieldSchema {
  readonly name: string;
  /** Protobuf field number; 0 where there is none. */
  readonly number: number;
  readonly schema: Schema;
  readonly optional: boolean;
  readonly pointer: boolean;
  readonly omitEmpty: boolean;
  readonly default?: unknown;
  /** Allowed strings; `closed` is false where upstream accepts others too. */
  readonly enum?: { readonly values: readonly string[]; readonly closed: boolean } | undefined;
  /** `merge`, `replace`, `retainKeys`. */
  readonly patchStrategies: readonly string[];
  readonly patchMergeKey?: string | undefined;
}

export interface ListSchema {
  readonly kind: 'list';
  readonly items: Schema;
  readonly listType: 'atomic' | 'set' | 'map';
  readonly listMapKeys: readonly string[];
  /** Default values of the map keys, such as `protocol: TCP` of a port. */
  readonly keyDefaults: Readonly<Record<string, unknown>>;
}

export interface MapSchema {
  readonly kind: 'map';
  readonly values: Schema;
  readonly atomic: boolean;
}

export interface ScalarSchema {
  readonly kind: 'scalar';
  readonly scalar: Scalar;
}

/** `raw` is RawExtension or any JSON; `fields` is FieldsV1; `union` covers JSONSchemaPropsOr…: decoded as JSON. */
export type Scalar =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'double'
  | 'bytes'
  | 'quantity'
  | 'time'
  | 'microTime'
  | 'duration'
  | 'intOrString'
  | 'raw'
  | 'fields'
  | 'any';
