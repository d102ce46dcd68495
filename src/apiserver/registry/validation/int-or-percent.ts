import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { checked, notNegative } from './fields.ts';
import { percentage } from './formats.ts';

type IntOrPercent = number | string | undefined;

/** The number itself, or the percentage as a number. */
export const intOrPercentValue = (value: IntOrPercent): number =>
  typeof value === 'string' ? Number.parseInt(value, 10) || 0 : (value ?? 0);

/** Source: pkg/apis/apps/validation, ValidatePositiveIntOrPercent. */
export function validateIntOrPercent(value: IntOrPercent, at: FieldPath): FieldError[] {
  return typeof value === 'string' ? checked(value, percentage, at) : notNegative(value, at);
}

export function validateAtMostAll(value: IntOrPercent, at: FieldPath): FieldError[] {
  const isMore = typeof value === 'string' && percentage(value).length === 0 && intOrPercentValue(value) > 100;
  return isMore ? [at.invalid(value, 'must not be greater than 100%')] : [];
}
