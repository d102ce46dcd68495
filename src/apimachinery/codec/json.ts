import type { KubeObject } from '../object.ts';
import type { StructSchema } from '../schema.ts';
import { badRequest } from '../status.ts';
import { canonicalize } from './canonical.ts';
import { DecodeError, UnreadableBody } from './errors.ts';
import { checkKind, describeFailure, type ExpectedKind, kindOf, VersionMismatch } from './kind.ts';
import { countMembers, countMembersOf, strictErrors, unknownFieldErrors } from './strict.ts';
import { jsonSyntaxError } from './syntax.ts';

export interface DecodeOptions {
  readonly schema: StructSchema;
  /** What the path says the body is; a body without apiVersion and kind becomes that. */
  readonly expected: ExpectedKind;
  /** Whatever kind and version the body names is taken: DeleteOptions come under every group. */
  readonly anyVersion?: boolean | undefined;
  /** What to do about unknown and duplicate fields. Default `Ignore`. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict' | undefined;
  /** Hears of each unknown and duplicate field under `Warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** A JSON body as a canonical object. @throws {StatusError} 400 with upstream's sentence. */
export function decodeJson(bytes: Uint8Array, options: DecodeOptions): KubeObject {
  return decodeText(textOf(bytes), options, bytes);
}

const decoder = new TextDecoder();
const textOf = (bytes: Uint8Array) => decoder.decode(bytes);

/** The same, for a body that is JSON text by now; `original` is what the client sent, and `notes` what YAML found. */
export function decodeText(
  text: string,
  options: DecodeOptions,
  original: Uint8Array | { bytes: Uint8Array; notes: readonly string[] },
): KubeObject {
  const { bytes, notes } = original instanceof Uint8Array ? { bytes: original, notes: [] } : original;
  const { expected, schema, fieldValidation = 'Ignore' } = options;
  let said: ExpectedKind | undefined;
  try {
    const parsed = parseJson(text);
    const kind = kindOf(parsed, expected);
    said = kind;
    if (!options.anyVersion) checkKind(kind, expected);
    const { value, unknown } = canonicalize((parsed ?? {}) as Record<string, unknown>, schema);
    if (fieldValidation !== 'Ignore') {
      const isRepeated = countMembersOf(text) !== countMembers(parsed);
      const found = isRepeated ? strictErrors(text, schema) : unknownFieldErrors(unknown);
      report([...notes, ...found], options);
    }
    value['apiVersion'] = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    value['kind'] = kind.kind;
    return value as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError || error instanceof UnreadableBody) {
      throw badRequest(describeFailure(error.message, { expected, said, bytes }));
    }
    if (error instanceof VersionMismatch) throw badRequest(error.message);
    // Only nesting can exhaust the stack here.
    if (error instanceof RangeError) throw badRequest(describeFailure(TOO_DEEP, { expected, said, bytes }));
    throw error;
  }
}

const TOO_DEEP = "couldn't get version/kind; json parse error: exceeded max depth";

function report(errors: readonly string[], { fieldValidation, warn }: DecodeOptions): void {
  if (errors.length === 0) return;
  if (fieldValidation === 'Strict') throw new DecodeError(`strict decoding error: ${errors.join(', ')}`);
  for (const error of errors) warn?.(error);
}

/** @throws {UnreadableBody} with the sentence of Go's scanner. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = jsonSyntaxError(text) ?? (error instanceof Error ? error.message : String(error));
    throw new UnreadableBody(`couldn't get version/kind; json parse error: ${why}`, { cause: error });
  }
}

/** Compact JSON with the line end that Go's encoder writes. */
export function encodeJson(object: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(object)}\n`);
}
