import { DecodeError } from './errors.ts';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;
const LAYOUTS = { time: '2006-01-02T15:04:05Z07:00', microTime: '2006-01-02T15:04:05.000000Z07:00' };

const quoted = (text: string) => JSON.stringify(text);

/** Go's complaint about a time it cannot read; names the first part that differs from the layout. */
function parseFailure(text: string, layout: string): DecodeError {
  const parts: readonly [RegExp, string][] = [
    [/^\d{4}/, '2006'],
    [/^-/, '-'],
    [/^\d\d/, '01'],
    [/^-/, '-'],
    [/^\d\d/, '02'],
    [/^T/, 'T'],
    [/^\d\d/, '15'],
    [/^:/, ':'],
    [/^\d\d/, '04'],
    [/^:/, ':'],
    [/^\d\d(?:[.,]\d+)?/, '05'],
    [/^(?:Z|[+-]\d\d:\d\d)/, 'Z07:00'],
  ];
  let rest = text;
  for (const [pattern, want] of parts) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) {
      return new DecodeError(
        `parsing time ${quoted(text)} as ${quoted(layout)}: cannot parse ${quoted(rest)} as ${quoted(want)}`,
      );
    }
    rest = rest.slice(found.length);
  }
  return new DecodeError(`parsing time ${quoted(text)}: ${rest ? `extra text: ${quoted(rest)}` : 'day out of range'}`);
}

/** Whether it is already in the one form that we store. */
const CANONICAL = { time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, microTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/ };

/**
 * RFC 3339 in UTC: to the second for `time`, with exactly six digits for `microTime`.
 * @throws {DecodeError} with Go's sentence.
 */
export function canonicalTime(text: string, kind: 'time' | 'microTime'): string {
  const parts = RFC3339.exec(text);
  const fraction = parts?.[7] ?? '';
  const date = parts ? new Date(text.replace(/[.,]\d+/, '')) : undefined;
  if (
    !parts ||
    !date ||
    Number.isNaN(date.getTime()) ||
    !isRealDate(parts) ||
    (kind === 'microTime' && fraction.length !== 6)
  ) {
    throw parseFailure(text, LAYOUTS[kind]);
  }
  if (CANONICAL[kind].test(text)) return text;
  const seconds = date.toISOString().slice(0, 19);
  return kind === 'time' ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

function isRealDate(parts: readonly string[]): boolean {
  const [, year, month, day] = parts.map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
}

const UNITS: readonly [string, bigint][] = [
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
];
const unitNs = new Map(UNITS);

/** Nanoseconds of `1h15m30.918s`. @throws {DecodeError} with Go's sentence. */
export function parseGoDuration(text: string): bigint {
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0n;
  const pieces = [...body.matchAll(/(\d*)(?:\.(\d*))?([a-zµμ]+)/gy)];
  const isWhole = pieces.map(([all]) => all).join('') === body;
  if (!body || !isWhole || pieces.length === 0) throw new DecodeError(`time: invalid duration ${quoted(text)}`);
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of pieces) {
    const scale = unitNs.get(unit);
    if (scale === undefined) throw new DecodeError(`time: unknown unit ${quoted(unit)} in duration ${quoted(text)}`);
    total += BigInt(whole || '0') * scale;
    if (fraction) total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  return text.startsWith('-') ? -total : total;
}

/** As Go's time.Duration prints itself: `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(ns: bigint): string {
  const sign = ns < 0n ? '-' : '';
  const size = ns < 0n ? -ns : ns;
  if (size === 0n) return '0s';
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}µs`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 6)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const rest = String(value % scale)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return rest ? `${value / scale}.${rest}` : String(value / scale);
}
