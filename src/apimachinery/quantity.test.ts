import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type QuantityFormat,
  quantityMilliValue,
  quantityValue,
  subtractQuantities,
} from './quantity.ts';

describe('canonicalQuantity', () => {
  it.each([
    ['0', '0'],
    ['0m', '0'],
    ['0Gi', '0'],
    ['-0', '0'],
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['1.5Gi', '1536Mi'],
    ['1024Mi', '1Gi'],
    ['1025Ki', '1025Ki'],
    ['512Mi', '512Mi'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['100m', '100m'],
    ['0.1', '100m'],
    ['.5', '500m'],
    ['1.', '1.'],
    ['1000', '1k'],
    ['1000000', '1M'],
    ['12345', '12345'],
    ['1e3', '1e3'],
    ['1000e3', '1e6'],
    ['10e2', '1e3'],
    ['1E3', '1E3'],
    ['123e-3', '123e-3'],
    ['0.5Ki', '512'],
    ['0.0001Ki', '102400u'],
    ['0.3Mi', '314572800m'],
    ['0.1n', '1n'],
    ['0.0000000001', '1n'],
    ['-0.1n', '-1n'],
    ['100E', '100E'],
    ['8Ei', '9223372036854775807'],
    ['100Ei', '9223372036854775807'],
    ['-100Ei', '-9223372036854775807'],
    ['9223372036854775808', '9223372036854775808'],
    ['1000E', '1'],
    ['-1.5Gi', '-1536Mi'],
    ['+5', '+5'],
  ])('prints %s as %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it('takes a JSON number for its text', () => {
    expect(canonicalQuantity(0.5)).toBe('500m');
    expect(canonicalQuantity(2)).toBe('2');
  });

  it.each(['', 'abc', '1.2.3', '1 Gi', ' 1', '1Gi ', '1x', '--1', '1e', '1_000'].map((text) => [text]))(
    'refuses %j',
    (text) => {
      expect(() => canonicalQuantity(text)).toThrow(/^(quantities must match the regular|unable to parse quantity's)/);
    },
  );

  it.each([
    ['abc', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['1GM', "unable to parse quantity's suffix"],
    ['1mm', "unable to parse quantity's suffix"],
    ['1e', "unable to parse quantity's suffix"],
  ])('says of %s: %s', (text, sentence) => {
    expect(() => parseQuantity(text)).toThrow(sentence);
  });
});

describe('values', () => {
  it.each([
    ['1', 1, 1000],
    ['100m', 1, 100],
    ['1500m', 2, 1500],
    ['-1500m', -2, -1500],
    ['0.1m', 1, 1],
    ['1n', 1, 1],
    ['1Ki', 1024, 1024_000],
    ['1.5Gi', 1610612736, 1610612736000],
    ['1e3', 1000, 1_000_000],
    ['0', 0, 0],
  ])('%s is %d whole and %d thousandths, rounded up', (text, whole, milli) => {
    expect(quantityValue(text)).toBe(whole);
    expect(quantityMilliValue(text)).toBe(milli);
  });

  it('caps what no int64 can hold, without computing the power', () => {
    expect(quantityValue('1e2000000000')).toBe(2 ** 63);
    expect(quantityValue('1000E')).toBe(2 ** 63);
    expect(quantityValue('1e-2000000000')).toBe(1);
  });
});

describe('arithmetic', () => {
  it.each([
    ['1', '1000m', 0],
    ['1Gi', '1G', 1],
    ['1Gi', '1024Mi', 0],
    ['-1', '1', -1],
    ['-2', '-1', -1],
    ['0', '0Gi', 0],
    ['1e2000000000', '1', 1],
    ['-1e2000000000', '1', -1],
    ['999m', '1', -1],
  ])('compares %s with %s', (left, right, order) => {
    expect(Math.sign(compareQuantities(left, right))).toBe(order);
  });

  it.each([
    ['100m', '900m', '1'],
    ['1Gi', '512Mi', '1536Mi'],
    ['0', '1Gi', '1Gi'],
    ['1', '1Gi', '1073741825'],
    ['1500m', '0.1m', '1500100u'],
  ])('adds %s and %s to %s', (left, right, sum) => {
    expect(formatQuantity(addQuantities(left, right))).toBe(sum);
  });

  it('subtracts below zero', () => {
    expect(formatQuantity(subtractQuantities('1', '1500m'))).toBe('-500m');
  });
});

describe('any quantity', () => {
  const suffix = fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'e3', 'E-3', 'e0');
  const number = fc.tuple(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: 0, max: 999 }));
  const text = fc.tuple(number, suffix).map(([[whole, fraction], unit]) => `${whole}.${fraction}${unit}`);

  it('has a canonical text that is its own canonical text and has the same value', () => {
    fc.assert(
      fc.property(text, (input) => {
        const canonical = canonicalQuantity(input);
        expect(canonicalQuantity(canonical)).toBe(canonical);
        expect(compareQuantities(input, canonical)).toBe(0);
      }),
    );
  });

  it('adds and subtracts exactly', () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        const back = subtractQuantities(addQuantities(left, right), right);
        expect(compareQuantities(back, left)).toBe(0);
      }),
    );
  });

  it('prints sums without fraction in any format', () => {
    const formats: QuantityFormat[] = ['DecimalSI', 'BinarySI', 'DecimalExponent'];
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), fc.constantFrom(...formats), (mantissa, format) => {
        const printed = formatQuantity({ mantissa, scale: 0, format });
        expect(printed).not.toContain('.');
        expect(compareQuantities(printed, { mantissa, scale: 0, format })).toBe(0);
      }),
    );
  });
});
