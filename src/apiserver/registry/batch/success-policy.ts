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

function validateRule(rule: SuccessPolicyRule, completions: number, at: FieldPath): FieldError[] {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined) {
    return [at.required('at least one of succeededCount or succeededIndexes must be specified')];
  }
  const place = at.child('succeededIndexes');
  const errors: FieldError[] = [];
  const counted = indexes === undefined ? undefined : countIndexes(indexes, completions);
  if (indexes !== undefined && Buffer.byteLength(indexes) > MAX_BYTES) errors.push(place.tooLong(MAX_BYTES));
  if (counted?.why) errors.push(place.invalid(indexes, `error parsing succeededIndexes: ${counted.why}`));
  if (count === undefined) return errors;
  const where = at.child('succeededCount');
  errors.push(...notNegative(count, where));
  if (count > completions) {
    const sentence = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(where.invalid(count, sentence));
  }
  if (counted && !counted.why && count > counted.total) {
    const sentence = `must be less than or equal to ${counted.total} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(where.invalid(count, sentence));
  }
  return errors;
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
