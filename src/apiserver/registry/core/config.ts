import { isDeepStrictEqual } from 'node:util';
import { configMaps } from '#api/core/v1/config-map.ts';
import { secrets } from '#api/core/v1/secret.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Secret } from '#gen/core/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { checked, IMMUTABLE } from '../validation/fields.ts';
import { byteLength, configKey } from '../validation/formats.ts';

const MAX_BYTES = 1024 * 1024;
type Values = Readonly<Record<string, string>>;

const validateKeys = (values: Values | undefined, at: FieldPath): FieldError[] =>
  Object.keys(values ?? {}).flatMap((key) => checked(key, configKey, at.key(key)));

const decodedBytes = (values: Values | undefined): number =>
  Object.values(values ?? {}).reduce((sum, value) => sum + Buffer.from(value, 'base64').length, 0);
const plainBytes = (values: Values | undefined): number =>
  Object.values(values ?? {}).reduce((sum, value) => sum + byteLength(value), 0);

interface Freezable {
  immutable?: boolean | undefined;
  data?: Record<string, string> | undefined;
  binaryData?: Record<string, string> | undefined;
}

const SENTENCE = 'field is immutable when `immutable` is set';

/** Source: pkg/apis/core/validation, ValidateConfigMapUpdate and ValidateSecretUpdate. */
function validateFrozen(next: Freezable, previous: Freezable, at: FieldPath): FieldError[] {
  if (!previous.immutable) return [];
  const errors = next.immutable ? [] : [at.child('immutable').forbidden(SENTENCE)];
  for (const name of ['data', 'binaryData'] as const) {
    if (!isDeepStrictEqual(next[name], previous[name])) errors.push(at.child(name).forbidden(SENTENCE));
  }
  return errors;
}

export const configMapStrategy = defineStrategy(configMaps, {
  validate({ data, binaryData }, at) {
    const errors = [...validateKeys(data, at.child('data')), ...validateKeys(binaryData, at.child('binaryData'))];
    for (const key of Object.keys(data ?? {})) {
      if (binaryData?.[key] !== undefined) {
        errors.push(at.child('data').key(key).invalid(key, 'duplicate of key present in binaryData'));
      }
    }
    if (plainBytes(data) + decodedBytes(binaryData) > MAX_BYTES) errors.push(at.tooLong(MAX_BYTES));
    return errors;
  },
  validateUpdate: validateFrozen,
});

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

function validateType({ type = '', data, metadata }: Secret, at: FieldPath): FieldError[] {
  if (type === 'kubernetes.io/service-account-token') {
    const name = 'kubernetes.io/service-account.name';
    return metadata.annotations?.[name] ? [] : [at.child('metadata', 'annotations').key(name).required('')];
  }
  if (type === 'kubernetes.io/basic-auth' && !data?.['username'] && !data?.['password']) {
    return ['username', 'password'].map((key) => at.child('data').key(key).required(''));
  }
  return (NEEDED[type] ?? [])
    .filter((key) => data?.[key] === undefined)
    .map((key) => at.child('data').key(key).required(''));
}

/** `stringData` is write-only: it becomes data and is never told again. */
function takeStringData(secret: Secret): void {
  const { stringData } = secret;
  if (!stringData) return;
  const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
  delete secret.stringData;
}

export const secretStrategy = defineStrategy(secrets, {
  prepareForCreate: takeStringData,
  prepareForUpdate(next, previous) {
    takeStringData(next);
    next.type ||= previous.type;
  },
  validate: (secret, at) => [
    ...validateKeys(secret.data, at.child('data')),
    ...(decodedBytes(secret.data) > MAX_BYTES ? [at.child('data').tooLong(MAX_BYTES)] : []),
    ...validateType(secret, at),
  ],
  validateUpdate: (next, previous, at) => [
    ...(next.type === previous.type ? [] : [at.child('type').invalid(next.type, IMMUTABLE)]),
    ...validateFrozen(next, previous, at),
  ],
});
