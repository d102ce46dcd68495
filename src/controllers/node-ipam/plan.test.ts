import { expect, it } from 'vitest';
import { firstFreeRange } from './plan.ts';

it.each([
  [[], '10.244.0.0/24'],
  [['10.244.0.0/24'], '10.244.1.0/24'],
  [['10.244.0.0/24', '10.244.2.0/24'], '10.244.1.0/24'],
])('with %j in use gives %s', (used, expected) => {
  expect(firstFreeRange('10.244.0.0/16', 24, new Set(used))).toBe(expected);
});

it('gives nothing when all ranges are in use', () => {
  expect(firstFreeRange('10.0.0.0/24', 24, new Set(['10.0.0.0/24']))).toBeUndefined();
});
