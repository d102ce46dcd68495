import { isDeepStrictEqual } from 'node:util';
import { storageClasses } from '#api/storage/v1/storage-class.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { StorageClass } from '#gen/storage/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { checked, each, oneOf, requiredOneOf, validateImmutable } from '../validation/fields.ts';
import { byteLength, labelValue, qualifiedName } from '../validation/formats.ts';

const MAX_PARAMETERS = 512;
const MAX_PARAMETER_BYTES = 256 * 1024;

function validateParameters(parameters: Readonly<Record<string, string>>, at: FieldPath): FieldError[] {
  const entries = Object.entries(parameters);
  if (entries.length > MAX_PARAMETERS) return [at.tooLong(MAX_PARAMETERS)];
  const bytes = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  return [
    ...entries.filter(([key]) => key === '').map(() => at.invalid('', 'field can not be empty.')),
    ...(bytes > MAX_PARAMETER_BYTES ? [at.tooLong(MAX_PARAMETER_BYTES)] : []),
  ];
}

function validateTopologies(topologies: StorageClass['allowedTopologies'], at: FieldPath): FieldError[] {
  return each(topologies, at, ({ matchLabelExpressions }, place) =>
    each(matchLabelExpressions, place.child('matchLabelExpressions'), ({ key, values }, one) => [
      ...checked(key ?? '', qualifiedName, one.child('key')),
      ...(values?.length ? [] : [one.child('values').required('')]),
      ...each(values, one.child('values'), (value, each) => checked(value, labelValue, each)),
    ]),
  );
}

/** Source: pkg/apis/storage/validation, ValidateStorageClass. */
function validateClass(storage: StorageClass, at: FieldPath): FieldError[] {
  const { provisioner, reclaimPolicy, volumeBindingMode: mode } = storage;
  const place = at.child('provisioner');
  return [
    ...(provisioner
      ? qualifiedName(provisioner.toLowerCase()).map((sentence) => place.invalid(provisioner, sentence))
      : [place.required('')]),
    ...validateParameters(storage.parameters ?? {}, at.child('parameters')),
    ...oneOf(reclaimPolicy, ['Delete', 'Retain'], at.child('reclaimPolicy')),
    ...requiredOneOf(mode, ['Immediate', 'WaitForFirstConsumer'], at.child('volumeBindingMode')),
    ...validateTopologies(storage.allowedTopologies, at.child('allowedTopologies')),
  ];
}

const FORBIDDEN = ['parameters', 'provisioner', 'reclaimPolicy'] as const;

export const storageClassStrategy = defineStrategy(storageClasses, {
  validateCreate: validateClass,
  validateUpdate: (next, previous, at) => [
    ...FORBIDDEN.filter((name) => !isDeepStrictEqual(next[name], previous[name])).map((name) =>
      at.child(name).forbidden(`updates to ${name} are forbidden.`),
    ),
    ...validateImmutable(next.volumeBindingMode, previous.volumeBindingMode, at.child('volumeBindingMode')),
    ...validateTopologies(next.allowedTopologies, at.child('allowedTopologies')),
  ],
});
