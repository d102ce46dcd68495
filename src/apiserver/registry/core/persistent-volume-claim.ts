import { isDeepStrictEqual } from 'node:util';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { copyOf } from '#apimachinery/object.ts';
import { asQuantity, compareQuantities, formatQuantity } from '#apimachinery/quantity.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec, TypedObjectReference } from '#gen/core/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { POSITIVE, required, validateImmutable } from '../validation/fields.ts';
import { validateLabelSelector } from '../validation/label-selector.ts';
import { validateAccessModes, validateClassAndMode } from './volume-access.ts';

function validateSource(source: TypedObjectReference | undefined, at: FieldPath): FieldError[] {
  if (!source) return [];
  const errors = [...required(source.name, at.child('name')), ...required(source.kind, at.child('kind'))];
  if (source.apiGroup || !source.kind || source.kind === 'PersistentVolumeClaim') return errors;
  const sentence = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
  return [...errors, at.invalid(source.kind, sentence)];
}

/** Source: pkg/apis/core/validation, ValidatePersistentVolumeClaimSpec. */
export function validateClaimSpec(spec: PersistentVolumeClaimSpec, at: FieldPath): FieldError[] {
  const storage = spec.resources?.requests?.['storage'];
  const place = at.child('resources').key('storage');
  const errors = [
    ...validateAccessModes(spec.accessModes, { why: 'at least 1 access mode is required' }, at.child('accessModes')),
    ...validateLabelSelector(spec.selector, at.child('selector')),
  ];
  if (storage === undefined) errors.push(place.required(''));
  else if (compareQuantities(storage, 0) <= 0) {
    errors.push(place.invalid(formatQuantity(asQuantity(storage)), POSITIVE));
  }
  return [
    ...errors,
    ...validateClassAndMode(spec, at),
    ...validateSource(spec.dataSource, at.child('dataSource')),
    ...validateSource(spec.dataSourceRef, at.child('dataSourceRef')),
  ];
}

/** The new spec with all that may change taken from the old one. */
function comparable({ spec, status }: PersistentVolumeClaim, previous: PersistentVolumeClaimSpec) {
  const next = copyOf(spec ?? {});
  if (!previous.volumeName) delete next.volumeName;
  if (previous.storageClassName === undefined) delete next.storageClassName;
  next.volumeAttributesClassName = previous.volumeAttributesClassName;
  const requests = next.resources?.requests;
  const before = previous.resources?.requests?.['storage'];
  if (status?.phase === 'Bound' && requests && before !== undefined) requests['storage'] = before;
  return withoutGaps(next);
}

const withoutGaps = (spec: PersistentVolumeClaimSpec) =>
  Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));

const IMMUTABLE_SPEC =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

function validateFixed(next: PersistentVolumeClaim, previous: PersistentVolumeClaim, at: FieldPath): FieldError[] {
  const before = previous.spec ?? {};
  const errors = isDeepStrictEqual(comparable(next, before), withoutGaps(before))
    ? []
    : [at.forbidden(`${IMMUTABLE_SPEC}\n`)];
  return [
    ...errors,
    ...validateSize(next, previous, at.child('resources', 'requests', 'storage')),
    ...validateImmutable(next.spec?.volumeMode, before.volumeMode, at.child('volumeMode')),
  ];
}

const requestOf = ({ spec }: PersistentVolumeClaim): string => spec?.resources?.requests?.['storage'] ?? '0';

/** A failed growth may be asked back, but never below what the volume already has. */
function validateSize(next: PersistentVolumeClaim, previous: PersistentVolumeClaim, at: FieldPath): FieldError[] {
  const [after, before] = [requestOf(next), requestOf(previous)];
  const actual = previous.status?.capacity?.['storage'] ?? '0';
  const shrinks = compareQuantities(after, before) < 0 && compareQuantities(after, actual) <= 0;
  return shrinks ? [at.forbidden('field can not be less than status.capacity')] : [];
}

export const persistentVolumeClaimStrategy = defineStrategy(persistentVolumeClaims, {
  prepareForCreate(claim) {
    claim.status = { phase: 'Pending' };
  },
  validate: ({ spec }, at) => validateClaimSpec(spec ?? {}, at.child('spec')),
  validateUpdate: (next, previous, at) => validateFixed(next, previous, at.child('spec')),
});
