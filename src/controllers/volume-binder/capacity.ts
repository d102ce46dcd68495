import { quantityValue } from '#apimachinery/quantity.ts';

/** Negative where `a` is less than `b`; what is absent counts as nothing. */
export const compareQuantities = (a: string | undefined, b: string | undefined): number =>
  quantityValue(a ?? '0') - quantityValue(b ?? '0');
