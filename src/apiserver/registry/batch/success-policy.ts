import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { JobSpec, SuccessPolicyRule } from '#gen/batch/v1.ts';
import { each, notNegative } from '../validation/fields.ts';

const MAX_RULES = 20;
const MAX_BYTES = 64 * 1024;

interface Counted {
  readonly total: number;
  readonly why?: string;
}

/** Counts `1,3-5,7`: numbers in order, below the completions. */
function countIndexes(text: string, completions: number): Counted {
  let last = -1;
  let total = 0;
  for (const part of text.split(',')) {
    const [low = '', high = low, ...rest] = part.split('-');
    const [from, to] = [Number(low), Number(high)];
    const isNumber = rest.length === 0 && /^\d+$/.test(low) && /^\d+$/.test(high);
    if (!isNumber) return { total, why: `cannot convert string to integer for index: ${JSON.stringify(part)}` };
    if (from > to || from <= last) {
      return {
        total,
        why: `non-increasing order, previous: ${from <= last ? last : from}, current: ${from <= last ? from : to}`,
      };
    }
    if (to >= completions) return { total, why: 'too large index' };
    total += to - from + 1;
    last = to;
  }
  return { total };
}

function validateCount(count: number | undefined, bounds: readonly Bound[], at: FieldPath): FieldError[] {
  if (count === undefined) return [];
  const over = bounds.filter(({ max }) => count > max);
  return [
    ...notNegative(count, at),
    ...over.map(({ max, what }) => at.invalid(count, `must be less than or equal to ${max} (the number of ${what})`)),
  ];
}

interface Bound {
  readonly max: number;
  readonly what: string;
}

function validateRule(rule: SuccessPolicyRule, completions: number, at: FieldPath): FieldError[] {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined) {
    return [at.required('at least one of succeededCount or succeededIndexes must be specified')];
  }
  const bounds: Bound[] = [{ max: completions, what: 'specified completions' }];
  const errors: FieldError[] = [];
  if (indexes !== undefined) {
    const place = at.child('succeededIndexes');
    const { total, why } = countIndexes(indexes, completions);
    if (Buffer.byteLength(indexes) > MAX_BYTES) errors.push(place.tooLong(MAX_BYTES));
    if (why) errors.push(place.invalid(indexes, `error parsing succeededIndexes: ${why}`));
    else bounds.push({ max: total, what: 'indexes in the specified succeededIndexes field' });
  }
  return [...errors, ...validateCount(count, bounds, at.child('succeededCount'))];
}

/** Source: pkg/apis/batch/validation, validateSuccessPolicy. */
export function validateSuccessPolicy({ successPolicy, completions = 0 }: JobSpec, at: FieldPath): FieldError[] {
  const rules = successPolicy?.rules ?? [];
  const place = at.child('rules');
  if (rules.length === 0) {
    return [place.required('at least one rules must be specified when the successPolicy is specified')];
  }
  if (rules.length > MAX_RULES) return [place.tooMany(rules.length, MAX_RULES)];
  return each(rules, place, (rule, one) => validateRule(rule, completions, one));
}
