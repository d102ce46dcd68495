/**
 * A fixed-point number with a unit, exact whatever its size: `mantissa × 10^scale`, remembered in the format that it
 * was written in. Source: apimachinery pkg/api/resource.
 */
export interface Quantity {
  readonly mantissa: bigint;
  readonly scale: number;
  readonly format: QuantityFormat;
  /** What was parsed, where upstream keeps the text as it came. */
  readonly text?: string;
}

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** A text that is no quantity; the message is upstream's sentence. */
export class QuantityError extends Error {
  override name = 'QuantityError';
}

const WRONG_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_SUFFIX = "unable to parse quantity's suffix";
const NUMBER_AND_SUFFIX = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const EXPONENT = /^[eE]([+-]?[0-9]+)$/;
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** The finest part that a quantity can have: nano. */
const FINEST = -9;
const LARGEST = 2n ** 63n - 1n;

interface Suffix {
  readonly format: QuantityFormat;
  /** Of ten, or for BinarySI of two. */
  readonly exponent: number;
}

function parseSuffix(suffix: string): Suffix | undefined {
  const decimal = DECIMAL_SUFFIXES.indexOf(suffix);
  if (decimal >= 0) return { format: 'DecimalSI', exponent: decimal * 3 + FINEST };
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  if (binary > 0) return { format: 'BinarySI', exponent: binary * 10 };
  const exponent = EXPONENT.exec(suffix)?.[1];
  if (exponent === undefined || Math.abs(Number(exponent)) >= 2 ** 31) return undefined;
  return { format: 'DecimalExponent', exponent: Number(exponent) };
}

/** 10^power, for powers that are not negative. */
const powerOfTen = (power: number): bigint => 10n ** BigInt(power);
const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

/** Division that rounds away from zero. */
function divideUp(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  if (value % by === 0n) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

/** The mantissa at `scale`, rounded away from zero where that loses digits. */
function mantissaAt({ mantissa, scale }: Pick<Quantity, 'mantissa' | 'scale'>, at: number): bigint {
  if (mantissa === 0n) return 0n;
  if (scale >= at) return mantissa * powerOfTen(scale - at);
  // Beyond this many places nothing but the sign is left, and the power would only cost memory.
  if (at - scale > absolute(mantissa).toString().length) return mantissa < 0n ? -1n : 1n;
  return divideUp(mantissa, powerOfTen(at - scale));
}

/** Whether upstream's fast path keeps the text as it was written instead of computing the canonical form. */
function keepsText(digits: string, { format, exponent }: Suffix, scale: number): boolean {
  if (format === 'BinarySI') {
    const precision = 15 - digits.length - Math.trunc((exponent * 3) / 10) - 1;
    return precision >= 0 && scale === 0 && (BigInt(digits) & 7n) !== 0n;
  }
  return digits.length <= 18 && scale >= FINEST && scale % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0';
}

function binaryQuantity(value: bigint, places: number): Quantity {
  const fine = mantissaAt({ mantissa: value, scale: -places }, Math.max(-places, FINEST));
  const scale = Math.max(-places, FINEST);
  const most = LARGEST * powerOfTen(-scale);
  const positive = absolute(fine);
  const capped = positive > most ? most : positive;
  const mantissa = fine < 0n ? -capped : capped;
  const isFraction = capped > 0n && capped < powerOfTen(-scale);
  return { mantissa, scale: scale === 0 ? 0 : scale, format: isFraction ? 'DecimalSI' : 'BinarySI' };
}

function decimalQuantity(value: bigint, scale: number, format: QuantityFormat): Quantity {
  return scale >= FINEST || value === 0n
    ? { mantissa: value, scale: value === 0n ? 0 : scale, format }
    : { mantissa: mantissaAt({ mantissa: value, scale }, FINEST), scale: FINEST, format };
}

/** @throws {QuantityError} */
export function parseQuantity(input: string | number): Quantity {
  const text = String(input);
  const match = text === '' ? null : NUMBER_AND_SUFFIX.exec(text);
  if (!match) throw new QuantityError(WRONG_FORMAT);
  const [, sign, whole = '', fraction = '', suffixText = ''] = match;
  const suffix = parseSuffix(suffixText);
  if (!suffix) throw new QuantityError(WRONG_SUFFIX);
  const digits = (whole || '0') + fraction;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  const isBinary = suffix.format === 'BinarySI';
  const scale = (isBinary ? 0 : suffix.exponent) - fraction.length;
  const parsed = isBinary
    ? binaryQuantity(value << BigInt(suffix.exponent), fraction.length)
    : decimalQuantity(value, scale, suffix.format);
  return keepsText(digits, suffix, scale) ? { ...parsed, text } : parsed;
}

/** The mantissa without factors of `base`, and how many there were. */
function withoutFactors(value: bigint, base: bigint): { rest: bigint; factors: number } {
  let rest = value;
  let factors = 0;
  while (rest !== 0n && rest % base === 0n) {
    rest /= base;
    factors += 1;
  }
  return { rest, factors };
}

function decimalText({ mantissa, scale }: Quantity, format: QuantityFormat): string {
  const { rest, factors } = withoutFactors(mantissa, 10n);
  const exponent = scale + factors;
  const spare = ((exponent % 3) + 3) % 3;
  const number = String(rest * powerOfTen(spare));
  const power = exponent - spare;
  if (format === 'DecimalSI') return number + (DECIMAL_SUFFIXES[(power - FINEST) / 3] ?? '');
  return power === 0 ? number : `${number}e${power}`;
}

function binaryText(value: bigint): string {
  const { rest, factors } = withoutFactors(value, 1024n);
  return String(rest) + (BINARY_SUFFIXES[factors] ?? '');
}

/** The canonical text: as large a suffix as loses no digit, and no fraction. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text;
  if (quantity.mantissa === 0n) return '0';
  if (quantity.format !== 'BinarySI') return decimalText(quantity, quantity.format);
  const whole = mantissaAt(quantity, 0);
  const isExact = quantity.scale >= 0 || whole * powerOfTen(-quantity.scale) === quantity.mantissa;
  return isExact && absolute(whole) >= 1024n ? binaryText(whole) : decimalText(quantity, 'DecimalSI');
}

const CANONICAL_CACHE_SIZE = 4096;
const canonicalTexts = new Map<string, string>();

/** The text that the API answers with for what was sent. @throws {QuantityError} */
export function canonicalQuantity(input: string | number): string {
  const text = String(input);
  const known = canonicalTexts.get(text);
  if (known !== undefined) return known;
  const canonical = formatQuantity(parseQuantity(text));
  if (canonicalTexts.size >= CANONICAL_CACHE_SIZE) canonicalTexts.clear();
  canonicalTexts.set(text, canonical);
  return canonical;
}

/** A quantity, or its text as objects carry it. */
export type QuantityLike = Quantity | string | number;

export const asQuantity = (value: QuantityLike): Quantity => (typeof value === 'object' ? value : parseQuantity(value));

function scaledNumber(value: QuantityLike, scale: number): number {
  const quantity = asQuantity(value);
  if (quantity.scale - scale > 30 && quantity.mantissa !== 0n) return quantity.mantissa < 0n ? -(2 ** 63) : 2 ** 63;
  const scaled = mantissaAt(quantity, scale);
  if (scaled > LARGEST) return Number(LARGEST);
  return scaled < -LARGEST ? Number(-LARGEST) : Number(scaled);
}

/** Whole units, rounded away from zero, at most 2^63 - 1; exact up to 2^53. */
export const quantityValue = (value: QuantityLike): number => scaledNumber(value, 0);

/** Whole thousandths, rounded away from zero, at most 2^63 - 1; exact up to 2^53. */
export const quantityMilliValue = (value: QuantityLike): number => scaledNumber(value, -3);

/** Digits before the decimal point, to compare sizes without computing them. */
const magnitude = ({ mantissa, scale }: Quantity): number => absolute(mantissa).toString().length + scale;
const signOf = (value: bigint): number => (value > 0n ? 1 : value < 0n ? -1 : 0);

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareQuantities(left: QuantityLike, right: QuantityLike): number {
  const a = asQuantity(left);
  const b = asQuantity(right);
  const sign = signOf(a.mantissa);
  if (sign !== signOf(b.mantissa) || sign === 0) return sign - signOf(b.mantissa);
  const size = magnitude(a) - magnitude(b);
  if (size !== 0) return sign * Math.sign(size);
  const scale = Math.min(a.scale, b.scale);
  return signOf(mantissaAt(a, scale) - mantissaAt(b, scale));
}

function combine(left: Quantity, right: Quantity, sign: bigint): Quantity {
  const scale = Math.min(left.scale, right.scale);
  const mantissa = mantissaAt(left, scale) + sign * mantissaAt(right, scale);
  // Zero has no unit of its own, so the sum takes the other's.
  return { mantissa, scale, format: left.mantissa === 0n ? right.format : left.format };
}

export const addQuantities = (left: QuantityLike, right: QuantityLike): Quantity =>
  combine(asQuantity(left), asQuantity(right), 1n);

export const subtractQuantities = (left: QuantityLike, right: QuantityLike): Quantity =>
  combine(asQuantity(left), asQuantity(right), -1n);
