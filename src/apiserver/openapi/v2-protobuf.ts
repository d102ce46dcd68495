/** OpenAPI v2 in the protobuf that kubectl's discovery reads. Source: gnostic-models openapiv2/OpenAPIv2.proto. */
import { writeField, written } from '#apimachinery/codec/protobuf-encode.ts';
import type { OpenApiSchema } from './definitions.ts';

type Content = string | Buffer | boolean | undefined;

/** Bytes of a message from its fields; what is undefined, empty or false is left out, as proto3 does. */
function message(...fields: readonly (readonly [number: number, content: Content])[]): Buffer {
  return written((out) => {
    for (const [number, content] of fields.toReversed()) {
      if (content === undefined || content === '' || content === false) continue;
      if (content !== true) writeField(out, number, content);
      else {
        out.byte(1);
        out.varint(number << 3);
      }
    }
  });
}

type Field = readonly [number: number, content: Content];

const each = <T>(number: number, items: readonly T[] | undefined, encode: (item: T) => Content): Field[] =>
  (items ?? []).map((item) => [number, encode(item)] as const);

const texts = (number: number, value: unknown): Field[] => each(number, value as string[] | undefined, (text) => text);

const text = (value: unknown): string | undefined => value as string | undefined;

const named = (name: string, value: Buffer): Buffer => message([1, name], [2, value]);

/** `Any` carries its value as YAML, of which JSON is a part. */
const any = (value: unknown): Buffer => message([2, `${JSON.stringify(value)}\n`]);

function extensions(number: number, value: OpenApiSchema): Field[] {
  return Object.entries(value)
    .filter(([name]) => name.startsWith('x-'))
    .map(([name, content]) => [number, named(name, any(content))] as const);
}

const entries = (value: unknown): [string, OpenApiSchema][] =>
  Object.entries((value ?? {}) as Record<string, OpenApiSchema>);

const schemas = (value: unknown): Buffer =>
  message(...each(1, entries(value), ([name, schema]) => named(name, encodeSchema(schema))));

const maybe = <T>(value: T | undefined, encode: (value: T) => Buffer): Buffer | undefined =>
  value === undefined ? undefined : encode(value);

function encodeSchema(schema: OpenApiSchema): Buffer {
  const inner = (key: string) => schema[key] as OpenApiSchema | undefined;
  return message(
    [1, text(schema['$ref'])],
    [2, text(schema['format'])],
    [3, text(schema['title'])],
    [4, text(schema['description'])],
    [5, maybe(schema['default'], any)],
    ...texts(19, schema['required']),
    ...each(20, schema['enum'] as unknown[] | undefined, any),
    [21, maybe(inner('additionalProperties'), (one) => message([1, encodeSchema(one)]))],
    [22, maybe(text(schema['type']), (one) => message([1, one]))],
    [23, maybe(inner('items'), (one) => message([1, encodeSchema(one)]))],
    ...each(24, schema['allOf'] as OpenApiSchema[] | undefined, encodeSchema),
    [25, maybe(schema['properties'], schemas)],
    ...extensions(31, schema),
  );
}

function encodeParameter(parameter: OpenApiSchema): Buffer {
  if (parameter['in'] === 'body') {
    const body = message(
      [1, text(parameter['description'])],
      [2, text(parameter['name'])],
      [3, 'body'],
      [4, parameter['required'] === true],
      [5, encodeSchema(parameter['schema'] as OpenApiSchema)],
    );
    return message([1, message([1, body])]);
  }
  const isPath = parameter['in'] === 'path';
  const common: Field[] = [
    [1, parameter['required'] === true],
    [2, text(parameter['in'])],
    [3, text(parameter['description'])],
    [4, text(parameter['name'])],
  ];
  // The query form has one more field (allow_empty_value) before the type.
  const one = isPath
    ? message(...common, [5, text(parameter['type'])], [19, parameter['uniqueItems'] === true])
    : message(...common, [6, text(parameter['type'])], [20, parameter['uniqueItems'] === true]);
  return message([1, message([2, message([isPath ? 4 : 3, one])])]);
}

function encodeResponse(response: OpenApiSchema): Buffer {
  const schema = maybe(response['schema'] as OpenApiSchema | undefined, (one) => message([1, encodeSchema(one)]));
  return message([1, message([1, text(response['description'])], [2, schema])]);
}

function encodeOperation(operation: OpenApiSchema): Buffer {
  const responses = message(
    ...each(1, entries(operation['responses']), ([code, one]) => named(code, encodeResponse(one))),
  );
  return message(
    ...texts(1, operation['tags']),
    [3, text(operation['description'])],
    [5, text(operation['operationId'])],
    ...texts(6, operation['produces']),
    ...texts(7, operation['consumes']),
    ...each(8, operation['parameters'] as OpenApiSchema[] | undefined, encodeParameter),
    [9, responses],
    ...texts(10, operation['schemes']),
    ...extensions(13, operation),
  );
}

const METHODS: readonly (readonly [number: number, method: string])[] = [
  [2, 'get'],
  [3, 'put'],
  [4, 'post'],
  [5, 'delete'],
  [6, 'options'],
  [7, 'head'],
  [8, 'patch'],
];

function encodePath(path: OpenApiSchema): Buffer {
  const operations = METHODS.map(([number, method]): Field => {
    return [number, maybe(path[method] as OpenApiSchema | undefined, encodeOperation)];
  });
  return message(...operations, ...each(9, path['parameters'] as OpenApiSchema[] | undefined, encodeParameter));
}

function encodeSecurity(definition: OpenApiSchema): Buffer {
  const key = message(
    [1, text(definition['type'])],
    [2, text(definition['name'])],
    [3, text(definition['in'])],
    [4, text(definition['description'])],
  );
  return message([2, key]);
}

/** A document of `openApiV2` as gnostic's `Document`. */
export function encodeOpenApiV2(document: OpenApiSchema): Buffer {
  const info = document['info'] as OpenApiSchema;
  const security = entries(document['securityDefinitions']);
  return message(
    [1, text(document['swagger'])],
    [2, message([1, text(info['title'])], [2, text(info['version'])])],
    [8, message(...each(2, entries(document['paths']), ([path, item]) => named(path, encodePath(item))))],
    [9, schemas(document['definitions'])],
    ...each(12, security, ([name]) => message([1, named(name, Buffer.alloc(0))])),
    [13, message(...each(1, security, ([name, one]) => named(name, encodeSecurity(one))))],
  );
}
