import { secrets } from '#api/core/v1/secret.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Secret } from '#gen/core/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { IMMUTABLE } from '../validation/fields.ts';
import { decodedBytes, MAX_BYTES, validateFrozen, validateKeys } from './stored-data.ts';

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
