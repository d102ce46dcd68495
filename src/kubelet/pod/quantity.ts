const SUFFIX: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The value of a quantity such as `100m`, `1.5Gi` or `1e3`, in its own unit; the API server has already validated it. */
export function quantityValue(quantity: string | number | undefined): number {
  if (quantity === undefined) return 0;
  const match = /^([+-]?[0-9.]+)(?:[eE]([+-]?\d+)|([A-Za-z]{0,2}))$/.exec(String(quantity).trim());
  if (!match) return 0;
  const [, digits = '0', exponent, suffix = ''] = match;
  return Number(digits) * (exponent ? 10 ** Number(exponent) : (SUFFIX[suffix] ?? 1));
}

/** Whole milli-units, rounded up as upstream's MilliValue. */
export const milliValue = (quantity: string | number | undefined): number =>
  Math.ceil(Number((quantityValue(quantity) * 1000).toFixed(6)));

/** Whole units, rounded up as upstream's Value. */
export const wholeValue = (quantity: string | number | undefined): number =>
  Math.ceil(Number(quantityValue(quantity).toFixed(6)));
