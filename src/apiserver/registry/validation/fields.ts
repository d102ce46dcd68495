import { isDeepStrictEqual } from 'node:util';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { asQuantity, compareQuantities, formatQuantity } from '#apimachinery/quantity.ts';
import type { Format } from './formats.ts';

/** One error for each sentence that the format has against the value. */
export const checked = (value: string, format: Format, at: FieldPath): FieldError[] =>
  format(value).map((sentence) => at.invalid(value, sentence));

/** As `checked`, but an empty value is missing rather than wrong. */
export function requiredAs(value: string | undefined, format: Format, at: FieldPath): FieldError[] {
  return value ? checked(value, format, at) : [at.required('')];
}

export const required = (value: unknown, at: FieldPath, why = ''): FieldError[] =>
  value === undefined || value === null || value === '' ? [at.required(why)] : [];

/** The value, if given, must be one of the list; the list is shown sorted, as upstream's sets are. */
export function oneOf(value: string | undefined, allowed: readonly string[], at: FieldPath): FieldError[] {
  return value === undefined || allowed.includes(value) ? [] : [at.notSupported(value, [...allowed].sort())];
}

export function requiredOneOf(value: string | undefined, allowed: readonly string[], at: FieldPath): FieldError[] {
  return value ? oneOf(value, allowed, at) : [at.required('')];
}

export const NOT_NEGATIVE = 'must be greater than or equal to 0';
export const POSITIVE = 'must be greater than zero';
export const IMMUTABLE = 'field is immutable';

export const notNegative = (value: number | undefined, at: FieldPath): FieldError[] =>
  value !== undefined && value < 0 ? [at.invalid(value, NOT_NEGATIVE)] : [];

export const positive = (value: number | undefined, at: FieldPath): FieldError[] =>
  value !== undefined && value <= 0 ? [at.invalid(value, POSITIVE)] : [];

export const quantityNotNegative = (value: string, at: FieldPath): FieldError[] =>
  compareQuantities(value, 0) < 0 ? [at.invalid(formatQuantity(asQuantity(value)), NOT_NEGATIVE)] : [];

/** Runs a check on each element with its path. */
export function each<T>(
  list: readonly T[] | undefined,
  at: FieldPath,
  check: (one: T, at: FieldPath, index: number) => FieldError[],
): FieldError[] {
  return (list ?? []).flatMap((one, index) => check(one, at.index(index), index));
}

/** A duplicate error at every element whose key came before; empty keys do not count. */
export function unique<T>(
  list: readonly T[] | undefined,
  keyOf: (one: T) => string | undefined,
  at: (index: number) => FieldPath,
): FieldError[] {
  const seen = new Set<string>();
  return (list ?? []).flatMap((one, index) => {
    const key = keyOf(one);
    if (!key) return [];
    if (seen.has(key)) return [at(index).duplicate(key)];
    seen.add(key);
    return [];
  });
}

/** Source: apimachinery api/validation, ValidateImmutableField. */
export const validateImmutable = (next: unknown, previous: unknown, at: FieldPath): FieldError[] =>
  isDeepStrictEqual(next, previous) ? [] : [at.invalid(next, IMMUTABLE)];
