import { describe, expect, it } from 'vitest';
import { milliValue, quantityValue, wholeValue } from './quantity.ts';

describe('quantities', () => {
  it.each([
    ['100m', 0.1],
    ['1', 1],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['1e3', 1000],
    ['12E', 12e18],
    ['5k', 5000],
    [undefined, 0],
  ])('reads %s', (text, value) => expect(quantityValue(text)).toBeCloseTo(value, 6));
  it.each([
    ['100m', 100],
    ['0.1', 100],
    ['1500u', 2],
    ['2', 2000],
  ])('gives %s in milli-units, rounded up', (text, millis) => expect(milliValue(text)).toBe(millis));
  it('rounds up to whole units', () => expect(wholeValue('100m')).toBe(1));
});
