import { canonicalQuantity } from '../quantity.ts';
import type { Scalar } from '../schema.ts';
import { DecodeError } from './errors.ts';
import { canonicalTime, formatGoDuration, parseGoDuration } from './time.ts';

/** Says that a value has the wrong JSON type; the caller knows the field. */
export type Mismatch = (value: unknown, goType: string) => DecodeError;

type ScalarReader = (value: unknown, mismatch: Mismatch) => unknown;

const INT32_MAX = 2_147_483_647;

function integer(value: unknown, goType: 'int32' | 'int64', mismatch: Mismatch): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw mismatch(value, goType);
  if (goType === 'int32' && (value > INT32_MAX || value < -INT32_MAX - 1)) throw mismatch(value, goType);
  if (value >= 2 ** 63 || value < -(2 ** 63)) throw mismatch(value, goType);
  return value;
}

function text(value: unknown, mismatch: Mismatch): string {
  if (typeof value !== 'string') throw mismatch(value, 'string');
  return value;
}

/** Standard base64 with padding; line breaks inside are dropped, as Go does. */
function base64(value: unknown, mismatch: Mismatch): string {
  if (typeof value !== 'string') throw mismatch(value, '[]uint8');
  const clean = /[\r\n]/.test(value) ? value.replace(/[\r\n]/g, '') : value;
  if (clean.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(clean)) return clean;
  const firstBad = /[^A-Za-z0-9+/]/.exec(clean)?.index ?? clean.length - (clean.length % 4);
  throw new DecodeError(`illegal base64 data at input byte ${firstBad}`);
}

const readers: Record<Scalar, ScalarReader> = {
  string: text,
  bool(value, mismatch) {
    if (typeof value !== 'boolean') throw mismatch(value, 'bool');
    return value;
  },
  int32: (value, mismatch) => integer(value, 'int32', mismatch),
  int64: (value, mismatch) => integer(value, 'int64', mismatch),
  double(value, mismatch) {
    if (typeof value !== 'number') throw mismatch(value, 'float64');
    return value;
  },
  bytes: base64,
  quantity: readQuantity,
  time: (value, mismatch) => canonicalTime(text(value, mismatch), 'time'),
  microTime: (value, mismatch) => canonicalTime(text(value, mismatch), 'microTime'),
  duration: (value, mismatch) => formatGoDuration(parseGoDuration(text(value, mismatch))),
  intOrString: (value, mismatch) => (typeof value === 'string' ? value : integer(value, 'int32', mismatch)),
  raw: (value) => value,
  fields: (value) => value,
  any: (value) => value,
};

function readQuantity(value: unknown): string {
  const source = typeof value === 'string' ? value.trim() : JSON.stringify(value);
  try {
    return canonicalQuantity(source);
  } catch (error) {
    throw new DecodeError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** The canonical form of a scalar. @throws {DecodeError} */
export function readScalar(scalar: Scalar, value: unknown, mismatch: Mismatch): unknown {
  return readers[scalar](value, mismatch);
}

/** What Go's encoder writes for a value that was never set, or undefined where it writes nothing that we keep. */
export function zeroScalar(scalar: Scalar): unknown {
  switch (scalar) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    case 'duration':
      return '0s';
    default:
      return undefined;
  }
}
