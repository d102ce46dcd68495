import { type FieldRow, typeRow } from '../schema-row.ts';
import { isListWrapper } from '../schema-table.ts';
import { JSON_SCHEMA_PROPS, mapValueType, type SpecialType, specialType } from './protobuf-types.ts';
import { ReverseWriter } from './protobuf-writer.ts';
import { parseGoDuration } from './time.ts';

type Json = Record<string, unknown>;
type Writer = ReverseWriter;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;

/** How the values of one type are written, without tag and length. */
interface TypeEncoder {
  readonly wire: number;
  /** Whether an unset, non-pointer field of it is written all the same. Source: gogo's proto2 marshalers. */
  readonly writesZero: boolean;
  /** `undefined` stands for Go's zero value. */
  write(out: Writer, value: unknown): void;
}

const encoders = new Map<string, TypeEncoder>();
const writer = new ReverseWriter();

/** The message alone, without envelope; byte for byte what upstream's generated marshaler writes. */
export function encodeMessage(value: object, typeName: string): Buffer {
  return written((out) => encoderOf(typeName).write(out, value));
}

/** Runs `write` on an empty writer (backwards: last part first) and gives the bytes. */
export function written(write: (out: ReverseWriter) => void): Buffer {
  try {
    write(writer);
    return writer.finish();
  } catch (error) {
    writer.reset();
    throw error;
  }
}

/** Tag, length and content of one length-delimited field. */
export function writeField(out: ReverseWriter, number: number, content: string | Uint8Array): void {
  const end = out.mark();
  if (typeof content === 'string') out.text(content);
  else out.bytes(content);
  out.varint(out.mark() - end);
  out.varint((number << 3) | LENGTH);
}

function encoderOf(type: string): TypeEncoder {
  let encoder = encoders.get(type);
  if (!encoder) {
    encoder = SCALARS[type] ?? specialEncoder(specialType(type)) ?? wrapperEncoder(type) ?? new MessageEncoder(type);
    encoders.set(type, encoder);
  }
  return encoder;
}

const SCALARS: Readonly<Record<string, TypeEncoder>> = {
  string: { wire: LENGTH, writesZero: true, write: (out, value) => out.text((value as string | undefined) ?? '') },
  bytes: {
    wire: LENGTH,
    writesZero: false,
    write: (out, value) => out.bytes(Buffer.from((value as string | undefined) ?? '', 'base64')),
  },
  bool: { wire: VARINT, writesZero: true, write: (out, value) => out.byte(value === true ? 1 : 0) },
  int32: { wire: VARINT, writesZero: true, write: (out, value) => out.varint((value as number | undefined) ?? 0) },
  int64: { wire: VARINT, writesZero: true, write: (out, value) => out.varint((value as number | undefined) ?? 0) },
  double: { wire: FIXED64, writesZero: true, write: (out, value) => out.double((value as number | undefined) ?? 0) },
};

const message = (write: TypeEncoder['write']): TypeEncoder => ({ wire: LENGTH, writesZero: true, write });

function writeInt(out: Writer, number: number, value: number): void {
  out.varint(value);
  out.varint(number << 3);
}

function writeTime(out: Writer, text: unknown): void {
  if (typeof text !== 'string') return;
  const ms = Date.parse(text);
  const micros = /\.(\d{6})/.exec(text)?.[1] ?? '0';
  writeInt(out, 2, Number(micros) * 1000);
  writeInt(out, 1, Math.floor(ms / 1000));
}

function writeIntOrString(out: Writer, value: unknown): void {
  const isText = typeof value === 'string';
  writeField(out, 3, isText ? value : '');
  writeInt(out, 2, typeof value === 'number' ? value : 0);
  writeInt(out, 1, isText ? 1 : 0);
}

function writeSchema(out: Writer, number: number, value: unknown): void {
  const end = out.mark();
  encoderOf(JSON_SCHEMA_PROPS).write(out, value);
  out.varint(out.mark() - end);
  out.varint((number << 3) | LENGTH);
}

const isStruct = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const SPECIALS: Readonly<Record<SpecialType, TypeEncoder>> = {
  quantity: message((out, value) => writeField(out, 1, (value as string | undefined) ?? '0')),
  time: message((out, value) => writeTime(out, value)),
  microTime: message((out, value) => writeTime(out, value)),
  duration: message((out, value) => {
    out.bigVarint(parseGoDuration((value as string | undefined) ?? '0s'));
    out.varint(1 << 3);
  }),
  intOrString: message((out, value) => writeIntOrString(out, value)),
  raw: message((out, value) => {
    if (value !== undefined) writeField(out, 1, JSON.stringify(value));
  }),
  schemaOrArray: message((out, value) => {
    if (Array.isArray(value)) for (const one of value.toReversed()) writeSchema(out, 2, one);
    else if (isStruct(value)) writeSchema(out, 1, value);
  }),
  schemaOrBool: message((out, value) => {
    if (isStruct(value)) writeSchema(out, 2, value);
    writeInt(out, 1, value === false || value === undefined ? 0 : 1);
  }),
  schemaOrStringArray: message((out, value) => {
    if (Array.isArray(value)) for (const one of value.toReversed()) writeField(out, 2, String(one));
    else if (isStruct(value)) writeSchema(out, 1, value);
  }),
};

const specialEncoder = (type: SpecialType | undefined): TypeEncoder | undefined => type && SPECIALS[type];

function wrapperEncoder(type: string): TypeEncoder | undefined {
  if (!isListWrapper(type)) return undefined;
  return message((out, value) => {
    for (const one of ((value as string[] | undefined) ?? []).toReversed()) writeField(out, 1, one);
  });
}

type FieldWriter = (out: Writer, value: Json) => void;

/** Fields in falling order of number, since the writer goes backwards; made on first use, for cyclic types. */
class MessageEncoder implements TypeEncoder {
  readonly wire = LENGTH;
  readonly writesZero = true;
  readonly #type: string;
  #fields: readonly FieldWriter[] | undefined;
  constructor(type: string) {
    this.#type = type;
  }
  write(out: Writer, value: unknown): void {
    this.#fields ??= typeRow(this.#type)
      .fields.toSorted((a, b) => b.number - a.number)
      .map(fieldWriter);
    const object = (value ?? {}) as Json;
    for (const field of this.#fields) field(out, object);
  }
}

/** Writes tag and value; the length too where the wire type has one. */
function tagged(row: FieldRow, encoder: TypeEncoder): (out: Writer, value: unknown) => void {
  const tag = (row.number << 3) | encoder.wire;
  if (encoder.wire !== LENGTH) {
    return (out, value) => {
      encoder.write(out, value);
      out.varint(tag);
    };
  }
  return (out, value) => {
    const end = out.mark();
    encoder.write(out, value);
    out.varint(out.mark() - end);
    out.varint(tag);
  };
}

function fieldWriter(row: FieldRow): FieldWriter {
  const values = mapValueType(row.type);
  if (values) return mapWriter(row, values);
  const encoder = encoderOf(row.type);
  const write = tagged(row, encoder);
  const { name } = row;
  if (row.inline) return write;
  if (row.repeated) {
    return (out, object) => {
      const items = object[name] as unknown[] | undefined;
      for (let index = (items?.length ?? 0) - 1; index >= 0; index--) write(out, items?.[index]);
    };
  }
  const isSkippedWhenUnset = row.pointer || !encoder.writesZero;
  return (out, object) => {
    const value = object[name];
    if (value !== undefined && value !== null) write(out, value);
    else if (!isSkippedWhenUnset) write(out, undefined);
  };
}

function mapWriter(row: FieldRow, valueType: string): FieldWriter {
  const encoder = encoderOf(valueType);
  const writeValue = tagged({ ...row, number: 2 }, encoder);
  const tag = (row.number << 3) | LENGTH;
  return (out, object) => {
    const map = object[row.name] as Json | undefined;
    if (!map) return;
    for (const key of Object.keys(map).sort(byBytes).reverse()) {
      const end = out.mark();
      writeValue(out, map[key]);
      writeField(out, 1, key);
      out.varint(out.mark() - end);
      out.varint(tag);
    }
  };
}

/** Go's order of strings: by UTF-8 bytes, which differs from UTF-16 only beyond the basic plane. */
function byBytes(left: string, right: string): number {
  if (left === right) return 0;
  // oxlint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(left + right)) return left < right ? -1 : 1;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
