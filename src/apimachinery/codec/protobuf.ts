/**
 * Kubernetes' protobuf: the envelope `k8s\0` + runtime.Unknown, made from the schema table. Bytes equal upstream's.
 * Source: apimachinery runtime/serializer/protobuf.
 */
import type { KubeObject } from '../object.ts';
import { schemaOf } from '../schema-table.ts';
import { badRequest } from '../status.ts';
import { canonicalize } from './canonical.ts';
import { DecodeError, UnreadableBody } from './errors.ts';
import type { DecodeOptions } from './json.ts';
import { checkKind, describeFailure, type ExpectedKind, kindOf, VersionMismatch } from './kind.ts';
import { eachField, Reader, readMessage } from './protobuf-decode.ts';
import { encodeMessage, writeField, written } from './protobuf-encode.ts';

export { encodeMessage } from './protobuf-encode.ts';

const MAGIC = Buffer.from('k8s\0');

export interface TypeMeta {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
}

/** The object in its envelope; its own apiVersion and kind go into the envelope only. */
export function encodeProtobuf<T extends TypeMeta>(object: T, typeName: string): Buffer {
  return wrapMessage(encodeMessage(object, typeName), object);
}

/** Puts an encoded message into the envelope. */
export function wrapMessage(message: Uint8Array, { apiVersion = '', kind = '' }: TypeMeta): Buffer {
  const typeMeta = written((out) => {
    writeField(out, 2, kind);
    writeField(out, 1, apiVersion);
  });
  return written((out) => {
    writeField(out, 4, '');
    writeField(out, 3, '');
    writeField(out, 2, message);
    writeField(out, 1, typeMeta);
    out.bytes(MAGIC);
  });
}

const LIST_META = 'k8s.io.apimachinery.pkg.apis.meta.v1.ListMeta';

/** A whole list from items that are encoded already (`encodeMessage`), so that no item is encoded twice. */
export function encodeProtobufList(items: readonly Uint8Array[], list: TypeMeta & { metadata: object }): Buffer {
  const metadata = encodeMessage(list.metadata, LIST_META);
  const body = written((out) => {
    for (const item of items.toReversed()) writeField(out, 2, item);
    writeField(out, 1, metadata);
  });
  return wrapMessage(body, list);
}

/** One frame of a watch: four bytes of length (big endian), then a WatchEvent around an enveloped object. */
export function encodeWatchFrame(type: string, envelopedObject: Uint8Array): Buffer {
  const object = written((out) => writeField(out, 1, envelopedObject));
  const event = written((out) => {
    writeField(out, 2, object);
    writeField(out, 1, type);
  });
  const frame = Buffer.allocUnsafe(4 + event.length);
  frame.writeUInt32BE(event.length);
  event.copy(frame, 4);
  return frame;
}

/** The events of a protobuf watch body, and the bytes of a last, incomplete frame. */
export function decodeWatchFrames(bytes: Buffer): { events: { type: string; object: Buffer }[]; rest: Buffer } {
  const events: { type: string; object: Buffer }[] = [];
  let at = 0;
  while (bytes.length - at >= 4) {
    const size = bytes.readUInt32BE(at);
    if (bytes.length - at - 4 < size) break;
    events.push(readWatchEvent(new Reader(bytes, at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return { events, rest: bytes.subarray(at) };
}

function readWatchEvent(reader: Reader): { type: string; object: Buffer } {
  let type = '';
  let object = Buffer.alloc(0);
  eachField(reader, (number) => {
    if (number === 1) type = reader.sub().text();
    else if (number === 2) object = bytesField(reader.sub(), 1);
    return number === 1 || number === 2;
  });
  return { type, object };
}

function bytesField(reader: Reader, wanted: number): Buffer<ArrayBuffer> {
  let found = Buffer.alloc(0);
  eachField(reader, (number) => {
    if (number !== wanted) return false;
    const part = reader.sub();
    found = Buffer.from(part.bytes.subarray(part.at, part.end));
    return true;
  });
  return found;
}

interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly message: Reader;
}

/** @throws {UnreadableBody} for what is no envelope. */
function openEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length === 0) throw new UnreadableBody('empty data');
  if (!MAGIC.equals(bytes.subarray(0, MAGIC.length))) {
    throw new UnreadableBody('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  try {
    return readEnvelope(new Reader(bytes, MAGIC.length));
  } catch (error) {
    if (error instanceof DecodeError) throw new UnreadableBody(error.message, { cause: error });
    throw error;
  }
}

function readEnvelope(reader: Reader): Envelope {
  let apiVersion = '';
  let kind = '';
  let message = new Reader(Buffer.alloc(0));
  eachField(reader, (number) => {
    if (number === 2) message = reader.sub();
    if (number === 1) {
      const meta = reader.sub();
      eachField(meta, (inner) => {
        if (inner === 1) apiVersion = meta.sub().text();
        if (inner === 2) kind = meta.sub().text();
        return inner === 1 || inner === 2;
      });
    }
    return number === 1 || number === 2;
  });
  return { apiVersion, kind, message };
}

/**
 * An enveloped object in canonical form; for clients, and wherever the kind is the bytes' to say.
 * @throws {DecodeError | UnreadableBody}
 */
export function decodeProtobuf(
  bytes: Uint8Array,
  typeNameOf: (kind: TypeMeta) => string,
): TypeMeta & Record<string, unknown> {
  const { apiVersion, kind, message } = openEnvelope(bytes);
  const typeName = typeNameOf({ apiVersion, kind });
  const { value } = canonicalize(readMessage(message, typeName), schemaOf(typeName));
  return { apiVersion, kind, ...value };
}

/** A protobuf request body as a canonical object. @throws {StatusError} 400 with upstream's sentence. */
export function decodeProtobufBody(bytes: Uint8Array, options: Omit<DecodeOptions, 'fieldValidation'>): KubeObject {
  const { expected, schema } = options;
  let said: ExpectedKind | undefined;
  try {
    const { apiVersion, kind, message } = openEnvelope(bytes);
    said = kindOf({ apiVersion, kind }, expected);
    if (!options.anyVersion) checkKind(said, expected);
    const { value } = canonicalize(readMessage(message, schema.name), schema);
    return {
      ...value,
      apiVersion: said.group === '' ? said.version : `${said.group}/${said.version}`,
      kind: said.kind,
    } as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError || error instanceof UnreadableBody) {
      throw badRequest(describeFailure(error.message, { expected, said, bytes }));
    }
    if (error instanceof VersionMismatch) throw badRequest(error.message);
    throw error;
  }
}
