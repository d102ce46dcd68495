import { describe, expect, it } from 'vitest';
import { canonicalTime, formatGoDuration, parseGoDuration } from './time.ts';

describe('times', () => {
  it.each([
    ['2026-01-02T03:04:05Z', 'time', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05.999Z', 'time', '2026-01-02T03:04:05Z'],
    ['2026-01-01T00:30:00+01:00', 'time', '2025-12-31T23:30:00Z'],
    ['2024-02-29T00:00:00Z', 'time', '2024-02-29T00:00:00Z'],
    ['2026-01-02T03:04:05.000123Z', 'microTime', '2026-01-02T03:04:05.000123Z'],
    ['2026-01-02T03:04:05.000123-02:00', 'microTime', '2026-01-02T05:04:05.000123Z'],
  ] as const)('%s as %s', (text, kind, wanted) => {
    expect(canonicalTime(text, kind)).toBe(wanted);
  });

  it.each([
    ['', 'time', 'parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"'],
    ['2026-01-02', 'time', 'parsing time "2026-01-02" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
    [
      '2026-01-02T03:04:05',
      'time',
      'parsing time "2026-01-02T03:04:05" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"',
    ],
    ['2026-02-30T00:00:00Z', 'time', 'parsing time "2026-02-30T00:00:00Z": day out of range'],
    ['2026-01-02T03:04:05Zz', 'time', 'parsing time "2026-01-02T03:04:05Zz": extra text: "z"'],
  ] as const)('refuses %j', (text, kind, why) => {
    expect(() => canonicalTime(text, kind)).toThrow(why);
  });
});

describe('durations', () => {
  it.each([
    ['0', 0n, '0s'],
    ['90s', 90_000_000_000n, '1m30s'],
    ['1h', 3_600_000_000_000n, '1h0m0s'],
    ['1.5s', 1_500_000_000n, '1.5s'],
    ['-250ms', -250_000_000n, '-250ms'],
    ['1us', 1_000n, '1µs'],
    ['7ns', 7n, '7ns'],
    ['100h1m0.5s', 360_060_500_000_000n, '100h1m0.5s'],
  ])('%s', (text, ns, shown) => {
    expect(parseGoDuration(text)).toBe(ns);
    expect(formatGoDuration(ns)).toBe(shown);
    expect(parseGoDuration(shown)).toBe(ns);
  });

  it.each([
    ['', 'time: invalid duration ""'],
    ['5', 'time: invalid duration "5"'],
    ['1x', 'time: unknown unit "x" in duration "1x"'],
  ])('refuses %j', (text, why) => {
    expect(() => parseGoDuration(text)).toThrow(why);
  });
});
