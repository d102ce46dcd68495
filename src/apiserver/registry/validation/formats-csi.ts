import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { checked } from './fields.ts';
import { byteLength, dns1123Subdomain } from './formats.ts';

const MAX_BYTES = 63;

/** Source: pkg/apis/core/validation, ValidateCSIDriverName. */
export function validateCsiDriverName(name: string | undefined, at: FieldPath): FieldError[] {
  if (!name) return [at.required('')];
  const errors = byteLength(name) > MAX_BYTES ? [at.tooLong(MAX_BYTES)] : [];
  return [...errors, ...checked(name.toLowerCase(), dns1123Subdomain, at)];
}
