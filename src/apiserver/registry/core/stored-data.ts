import { isDeepStrictEqual } from 'node:util';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { checked } from '../validation/fields.ts';
import { byteLength, configKey } from '../validation/formats.ts';

/** All that a ConfigMap or Secret holds, decoded. */
export const MAX_BYTES = 1024 * 1024;
type Values = Readonly<Record<string, string>>;

export const validateKeys = (values: Values | undefined, at: FieldPath): FieldError[] =>
  Object.keys(values ?? {}).flatMap((key) => checked(key, configKey, at.key(key)));

export const decodedBytes = (values: Values | undefined): number =>
  Object.values(values ?? {}).reduce((sum, value) => sum + Buffer.from(value, 'base64').length, 0);
export const plainBytes = (values: Values | undefined): number =>
  Object.values(values ?? {}).reduce((sum, value) => sum + byteLength(value), 0);

interface Freezable {
  immutable?: boolean | undefined;
  data?: Record<string, string> | undefined;
  binaryData?: Record<string, string> | undefined;
}

const SENTENCE = 'field is immutable when `immutable` is set';

/** Source: pkg/apis/core/validation, ValidateConfigMapUpdate and ValidateSecretUpdate. */
export function validateFrozen(next: Freezable, previous: Freezable, at: FieldPath): FieldError[] {
  if (!previous.immutable) return [];
  const errors = next.immutable ? [] : [at.child('immutable').forbidden(SENTENCE)];
  for (const name of ['data', 'binaryData'] as const) {
    if (!isDeepStrictEqual(next[name], previous[name])) errors.push(at.child(name).forbidden(SENTENCE));
  }
  return errors;
}
