import { expect, it } from 'vitest';
import { milliValue, wholeValue } from './quantity.ts';

it.each([
  ['100m', 100],
  ['0.1', 100],
  ['1500u', 2],
  ['2', 2000],
  [undefined, 0],
])('gives %s in milli-units, rounded up', (text, millis) => expect(milliValue(text)).toBe(millis));

it.each([
  ['100m', 1],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['1e3', 1000],
  ['5k', 5000],
  [undefined, 0],
])('gives %s in whole units, rounded up', (text, value) => expect(wholeValue(text)).toBe(value));
