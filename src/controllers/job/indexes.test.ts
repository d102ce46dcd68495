import { expect, it } from 'vitest';
import { formatIndexes, parseIndexes } from './indexes.ts';

it.each([
  ['', []],
  ['0', [0]],
  ['0,1', [0, 1]],
  ['0-2,5', [0, 1, 2, 5]],
  ['1,3-5,7', [1, 3, 4, 5, 7]],
])('writes completion indexes as %j and reads them back', (text, indexes) => {
  expect(formatIndexes(new Set(indexes))).toBe(text);
  expect([...parseIndexes(text)]).toEqual(indexes);
});
