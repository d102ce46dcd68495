import { quantityMilliValue, quantityValue } from '#apimachinery/quantity.ts';

/** Whole milli-units, rounded up; 0 where nothing is said. */
export const milliValue = (quantity: string | undefined): number =>
  quantity === undefined ? 0 : quantityMilliValue(quantity);

/** Whole units, rounded up; 0 where nothing is said. */
export const wholeValue = (quantity: string | undefined): number =>
  quantity === undefined ? 0 : quantityValue(quantity);
