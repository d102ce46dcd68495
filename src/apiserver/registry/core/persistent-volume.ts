import { isDeepStrictEqual } from 'node:util';
import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type FieldError, type FieldPath, FieldPath as RootPath } from '#apimachinery/field-error.ts';
import { asQuantity, compareQuantities, formatQuantity } from '#apimachinery/quantity.ts';
import type { CSIPersistentVolumeSource, PersistentVolumeSpec } from '#gen/core/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { timestamp } from '../engine/system-fields.ts';
import { POSITIVE, required, requiredOneOf, validateImmutable } from '../validation/fields.ts';
import { validateCsiDriverName } from '../validation/formats-csi.ts';
import { validateNodeSelector } from './pod/affinity.ts';
import { validateVolumeSource } from './pod/volume.ts';
import { validateAccessModes, validateClassAndMode } from './volume-access.ts';

/** All fields of a spec that are not the source of the volume. */
const NOT_SOURCES = [
  'capacity',
  'accessModes',
  'claimRef',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'mountOptions',
  'volumeMode',
  'nodeAffinity',
  'volumeAttributesClassName',
];

function sourcesOf(spec: PersistentVolumeSpec): [string, unknown][] {
  return Object.entries(spec).filter(([name, value]) => !NOT_SOURCES.includes(name) && value !== undefined);
}

function validateCapacity(capacity: Readonly<Record<string, string>> | undefined, at: FieldPath): FieldError[] {
  const amounts = Object.entries(capacity ?? {});
  if (amounts.length === 0) return [at.required('')];
  const errors = amounts.length > 1 || !capacity?.['storage'] ? [at.notSupported(capacity, ['storage'])] : [];
  for (const [name, amount] of amounts) {
    if (compareQuantities(amount, 0) <= 0) {
      errors.push(at.key(name).invalid(formatQuantity(asQuantity(amount)), POSITIVE));
    }
  }
  return errors;
}

const validateCsi = ({ driver, volumeHandle }: CSIPersistentVolumeSource, at: FieldPath): FieldError[] => [
  ...validateCsiDriverName(driver, at.child('driver')),
  ...required(volumeHandle, at.child('volumeHandle')),
];

function validateSource(spec: PersistentVolumeSpec, at: FieldPath): FieldError[] {
  const [first, ...others] = sourcesOf(spec);
  if (!first) return [at.required('must specify a volume type')];
  const errors = others.map(([name]) => at.child(name).forbidden('may not specify more than 1 volume type'));
  if (first[0] === 'csi' && spec.csi) return [...errors, ...validateCsi(spec.csi, at.child('csi'))];
  if (first[0] === 'local') errors.push(...required(spec.local?.path, at.child('local', 'path')));
  return [...validateVolumeSource({ [first[0]]: first[1] }, at), ...errors];
}

function validateAffinity({ nodeAffinity, local }: PersistentVolumeSpec, at: FieldPath): FieldError[] {
  if (!nodeAffinity) {
    return local ? [new RootPath('metadata.annotations').required('Local volume requires node affinity')] : [];
  }
  const place = at.child('nodeAffinity', 'required');
  if (!nodeAffinity.required) return [place.required('must specify required node constraints')];
  return validateNodeSelector(nodeAffinity.required, place);
}

/** Source: pkg/apis/core/validation, ValidatePersistentVolumeSpec. */
function validateSpec(spec: PersistentVolumeSpec, at: FieldPath): FieldError[] {
  const policy = spec.persistentVolumeReclaimPolicy;
  const place = at.child('persistentVolumeReclaimPolicy');
  const errors = [
    ...validateAccessModes(spec.accessModes, { why: '' }, at.child('accessModes')),
    ...validateCapacity(spec.capacity, at.child('capacity')),
    ...requiredOneOf(policy, ['Delete', 'Recycle', 'Retain'], place),
    ...validateAffinity(spec, at),
    ...validateSource(spec, at),
  ];
  if (spec.hostPath?.path === '/' && policy === 'Recycle') {
    errors.push(place.forbidden("may not be 'recycle' for a hostPath mount of '/'"));
  }
  return [...errors, ...validateClassAndMode(spec, at)];
}

function validateFixed(next: PersistentVolumeSpec, previous: PersistentVolumeSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!isDeepStrictEqual(Object.fromEntries(sourcesOf(next)), Object.fromEntries(sourcesOf(previous)))) {
    const place = at.child('persistentvolumesource');
    errors.push(place.forbidden('spec.persistentvolumesource is immutable after creation'));
  }
  errors.push(...validateImmutable(next.volumeMode, previous.volumeMode, at.child('volumeMode')));
  if (!previous.nodeAffinity) return errors;
  return [...errors, ...validateImmutable(next.nodeAffinity, previous.nodeAffinity, at.child('nodeAffinity'))];
}

export const persistentVolumeStrategy = defineStrategy(persistentVolumes, {
  prepareForCreate(volume, { nowMs }) {
    volume.status = {
      phase: 'Pending',
      lastPhaseTransitionTime: timestamp(nowMs),
    };
  },
  prepareForStatusUpdate(next, previous, { nowMs }) {
    if (!next.status || next.status.phase === previous.status?.phase) return;
    if (next.status.lastPhaseTransitionTime !== previous.status?.lastPhaseTransitionTime) return;
    next.status.lastPhaseTransitionTime = timestamp(nowMs);
  },
  validate: ({ spec }, at) => validateSpec(spec ?? {}, at.child('spec')),
  validateUpdate: (next, previous, at) => validateFixed(next.spec ?? {}, previous.spec ?? {}, at.child('spec')),
});
