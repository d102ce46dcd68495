import { type FieldRow, typeRow } from '../schema-row.ts';
import { isListWrapper, schemaOf } from '../schema-table.ts';
import { canonicalize } from './canonical.ts';
import { DecodeError } from './errors.ts';
import { JSON_SCHEMA_PROPS, mapValueType, type SpecialType, specialType } from './protobuf-types.ts';
import { formatGoDuration } from './time.ts';

type Json = Record<string, unknown>;

const LENGTH = 2;
const FIXED64 = 1;
const FIXED32 = 5;

/** A window on bytes; every read checks its end. @throws {DecodeError} with gogo's sentences. */
export class Reader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
    this.end = end;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return Number(BigInt.asIntN(64, this.#long(BigInt(value))));
  }

  bigVarint(): bigint {
    return BigInt.asIntN(64, this.#long(0n, 0n));
  }

  #long(start: bigint, firstShift = 28n): bigint {
    let value = start;
    for (let shift = firstShift; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new DecodeError('proto: integer overflow');
  }

  #byte(): number {
    const byte = this.at < this.end ? this.bytes[this.at] : undefined;
    if (byte === undefined) throw new DecodeError('unexpected EOF');
    this.at++;
    return byte;
  }

  /** The content of a length-delimited field. */
  sub(): Reader {
    const size = this.varint();
    if (size < 0) throw new DecodeError('proto: negative length found during unmarshaling');
    const start = this.at;
    if (start + size > this.end) throw new DecodeError('unexpected EOF');
    this.at = start + size;
    return new Reader(this.bytes, start, this.at);
  }

  text(): string {
    return this.bytes.toString('utf8', this.at, this.end);
  }

  double(): number {
    if (this.at + 8 > this.end) throw new DecodeError('unexpected EOF');
    this.at += 8;
    return this.bytes.readDoubleLE(this.at - 8);
  }

  skip(wire: number): void {
    if (wire === 0) this.bigVarint();
    else if (wire === LENGTH) this.sub();
    else if (wire === FIXED64 || wire === FIXED32) this.at += wire === FIXED64 ? 8 : 4;
    else throw new DecodeError(`proto: illegal wireType ${wire}`);
    if (this.at > this.end) throw new DecodeError('unexpected EOF');
  }
}

/** Calls `take` with each field's number and wire type; it returns false for what it does not know. */
export function eachField(reader: Reader, take: (number: number, wire: number) => boolean): void {
  while (reader.at < reader.end) {
    const tag = reader.varint();
    const number = tag >>> 3;
    if (number === 0) throw new DecodeError(`proto: illegal tag ${number} (wire type ${tag & 7})`);
    if (!take(number, tag & 7)) reader.skip(tag & 7);
  }
}

/** Reads one value; `reader` stands behind the tag. */
type ValueReader = (reader: Reader) => unknown;

const SCALARS: Readonly<Record<string, ValueReader>> = {
  string: (reader) => reader.sub().text(),
  bytes(reader) {
    const part = reader.sub();
    return part.bytes.toString('base64', part.at, part.end);
  },
  bool: (reader) => reader.varint() !== 0,
  int32: (reader) => reader.varint() | 0,
  int64: (reader) => reader.varint(),
  double: (reader) => reader.double(),
};

interface TypeDecoder {
  readonly wire: number;
  readonly read: ValueReader;
}

const decoders = new Map<string, TypeDecoder>();

function decoderOf(type: string): TypeDecoder {
  let decoder = decoders.get(type);
  if (!decoder) {
    decoder = { wire: wireOf(type), read: readerOf(type) };
    decoders.set(type, decoder);
  }
  return decoder;
}

function wireOf(type: string): number {
  if (type === 'bool' || type === 'int32' || type === 'int64') return 0;
  return type === 'double' ? FIXED64 : LENGTH;
}

function readerOf(type: string): ValueReader {
  const scalar = SCALARS[type];
  if (scalar) return scalar;
  const special = specialType(type);
  if (special) return (reader) => readSpecial(special, reader.sub());
  if (isListWrapper(type)) return (reader) => readStrings(reader.sub());
  return (reader) => readMessage(reader.sub(), type);
}

function readStrings(reader: Reader): string[] {
  const items: string[] = [];
  eachField(reader, (number) => number === 1 && items.push(reader.sub().text()) > 0);
  return items;
}

/** The fields of a special type as plain values, by number: numbers, and readers for what has a length. */
function parts(reader: Reader): Map<number, (number | Reader)[]> {
  const found = new Map<number, (number | Reader)[]>();
  eachField(reader, (number, wire) => {
    if (wire !== 0 && wire !== LENGTH) return false;
    const value = wire === 0 ? reader.varint() : reader.sub();
    found.set(number, [...(found.get(number) ?? []), value]);
    return true;
  });
  return found;
}

function readSpecial(special: SpecialType, reader: Reader): unknown {
  if (special === 'duration') return readDuration(reader);
  const found = parts(reader);
  const int = (number: number) => Number(found.get(number)?.at(-1) ?? 0);
  const texts = (number: number) => (found.get(number) ?? []).map((one) => (one instanceof Reader ? one.text() : ''));
  const schemas = (number: number) =>
    (found.get(number) ?? []).map((one) => (one instanceof Reader ? readSchemaProps(one) : {}));
  switch (special) {
    case 'quantity':
      return texts(1)[0] ?? '0';
    case 'time':
    case 'microTime':
      return found.size === 0 ? undefined : timeText(int(1), int(2), special);
    case 'intOrString':
      return int(1) === 1 ? (texts(3)[0] ?? '') : int(2);
    case 'raw':
      return rawJson(texts(1)[0]);
    case 'schemaOrArray':
      return found.has(1) ? schemas(1)[0] : schemas(2);
    case 'schemaOrBool':
      return found.has(2) ? schemas(2)[0] : int(1) !== 0;
    case 'schemaOrStringArray':
      return found.has(1) ? schemas(1)[0] : texts(2);
  }
}

/** What is in a union is JSON to its surroundings, so it must be canonical by itself. */
function readSchemaProps(reader: Reader): Json {
  return canonicalize(readMessage(reader, JSON_SCHEMA_PROPS), schemaOf(JSON_SCHEMA_PROPS)).value;
}

function readDuration(reader: Reader): string {
  let ns = 0n;
  eachField(reader, (number) => {
    if (number !== 1) return false;
    ns = reader.bigVarint();
    return true;
  });
  return formatGoDuration(ns);
}

function timeText(seconds: number, nanos: number, kind: 'time' | 'microTime'): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new DecodeError(`proto: time ${seconds} is out of range`);
  const text = date.toISOString().slice(0, 19);
  return kind === 'time' ? `${text}Z` : `${text}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
}

function rawJson(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DecodeError('the raw content of an embedded object is no JSON', { cause: error });
  }
}

type FieldReader = (reader: Reader, out: Json, wire: number) => void;

const messages = new Map<string, Map<number, FieldReader>>();

/** The message as JSON has it, fields as they come; zero values are still in it. */
export function readMessage(reader: Reader, type: string): Json {
  const out: Json = {};
  readInto(reader, type, out);
  return out;
}

function readInto(reader: Reader, type: string, out: Json): void {
  let fields = messages.get(type);
  if (!fields) {
    fields = new Map(typeRow(type).fields.map((row) => [row.number, fieldReader(row)]));
    messages.set(type, fields);
  }
  while (reader.at < reader.end) {
    const tag = reader.varint();
    const wire = tag & 7;
    if (tag >>> 3 === 0) throw new DecodeError(`proto: illegal tag 0 (wire type ${wire})`);
    const field = fields.get(tag >>> 3);
    if (field) field(reader, out, wire);
    else reader.skip(wire);
  }
}

function fieldReader(row: FieldRow): FieldReader {
  if (row.inline) return (reader, out) => readInto(reader.sub(), row.type, out);
  const values = mapValueType(row.type);
  if (values) return mapReader(row.name, values);
  const decoder = decoderOf(row.type);
  return row.repeated ? listReader(row.name, decoder) : oneReader(row.name, decoder);
}

const wrongWire = (name: string, wire: number) => new DecodeError(`proto: wrong wireType = ${wire} for field ${name}`);

function oneReader(name: string, { wire: wanted, read }: TypeDecoder): FieldReader {
  return (reader, out, wire) => {
    if (wire !== wanted) throw wrongWire(name, wire);
    const value = read(reader);
    if (value !== undefined) out[name] = value;
  };
}

function listReader(name: string, { wire: wanted, read }: TypeDecoder): FieldReader {
  return (reader, out, wire) => {
    const items = (out[name] ??= []) as unknown[];
    if (wire === wanted) items.push(read(reader));
    else if (wire === LENGTH) {
      // Packed: allowed on the wire for every repeated number.
      const packed = reader.sub();
      while (packed.at < packed.end) items.push(read(packed));
    } else throw wrongWire(name, wire);
  };
}

function mapReader(name: string, valueType: string): FieldReader {
  return (reader, out, wire) => {
    if (wire !== LENGTH) throw wrongWire(name, wire);
    const map = (out[name] ??= {}) as Json;
    const entry = reader.sub();
    let key = '';
    let value: unknown;
    eachField(entry, (number) => {
      if (number === 1) key = entry.sub().text();
      else if (number === 2) value = decoderOf(valueType).read(entry);
      return number === 1 || number === 2;
    });
    Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
  };
}
