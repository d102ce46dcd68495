import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  ProjectedVolumeSource,
  Volume,
  VolumeProjection,
} from '#gen/core/v1.ts';
import { each, oneOf, quantityNotNegative, required, requiredAs, unique } from '../../validation/fields.ts';
import { dns1123Label } from '../../validation/formats.ts';
import { validateCsiDriverName } from '../../validation/formats-csi.ts';
import { validateClaimSpec } from '../persistent-volume-claim.ts';
import { validateFieldRef, validateResourceRef } from './env.ts';
import { validateDescendingPath } from './mounts.ts';

const MODE_SENTENCE = 'must be a number between 0 and 0777 (octal), both inclusive';
const HOST_PATH_TYPES = [
  '',
  'DirectoryOrCreate',
  'Directory',
  'FileOrCreate',
  'File',
  'Socket',
  'CharDevice',
  'BlockDevice',
];
const FIELD_PATHS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];

function validateMode(mode: number | undefined, at: FieldPath): FieldError[] {
  return mode !== undefined && (mode < 0 || mode > 0o777) ? [at.invalid(mode, MODE_SENTENCE)] : [];
}

function validateFilePath(path: string, at: FieldPath): FieldError[] {
  if (!path) return [at.required('')];
  const errors = validateDescendingPath(path, at);
  return path.startsWith('..') && !path.startsWith('../') && path !== '..'
    ? [...errors, at.invalid(path, "must not start with '..'")]
    : errors;
}

const validateItem = ({ key, path, mode }: KeyToPath, at: FieldPath): FieldError[] => [
  ...required(key, at.child('key')),
  ...validateFilePath(path, at.child('path')),
  ...validateMode(mode, at.child('mode')),
];

function validateDownwardFile(file: DownwardAPIVolumeFile, at: FieldPath): FieldError[] {
  const { path, fieldRef, resourceFieldRef, mode } = file;
  const errors = [...validateFilePath(path, at.child('path')), ...validateMode(mode, at.child('mode'))];
  if (fieldRef && resourceFieldRef) {
    return [...errors, at.invalid('resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')];
  }
  if (fieldRef) return [...errors, ...validateFieldRef(fieldRef, at.child('fieldRef'), FIELD_PATHS)];
  if (resourceFieldRef)
    return [...errors, ...validateResourceRef(resourceFieldRef, at.child('resourceFieldRef'), true)];
  return [...errors, at.required('one of fieldRef and resourceFieldRef is required')];
}

function validateToken(token: NonNullable<VolumeProjection['serviceAccountToken']>, at: FieldPath): FieldError[] {
  const seconds = token.expirationSeconds ?? 3600;
  const place = at.child('expirationSeconds');
  const errors = validateFilePath(token.path, at.child('path'));
  if (seconds < 600) errors.push(place.invalid(seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > 2 ** 32) errors.push(place.invalid(seconds, 'may not specify a duration larger than 2^32 seconds'));
  return errors;
}

function validateProjection(source: VolumeProjection, at: FieldPath): FieldError[] {
  const given = Object.entries(source).filter(([, value]) => value !== undefined);
  const [, ...others] = given;
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  return [
    ...(secret ? named(secret, at.child('secret')) : []),
    ...(configMap ? named(configMap, at.child('configMap')) : []),
    ...each(downwardAPI?.items, at.child('downwardAPI', 'items'), validateDownwardFile),
    ...(serviceAccountToken ? validateToken(serviceAccountToken, at.child('serviceAccountToken')) : []),
    ...others.map(([name]) => at.child(name).forbidden('may not specify more than 1 volume type')),
    ...(given.length === 0 ? [at.required('must specify a volume type')] : []),
  ];
}

function named(from: { name?: string | undefined; items?: KeyToPath[] | undefined }, at: FieldPath): FieldError[] {
  return [...required(from.name, at.child('name')), ...each(from.items, at.child('items'), validateItem)];
}

const validateProjected = ({ sources, defaultMode }: ProjectedVolumeSource, at: FieldPath): FieldError[] => [
  ...each(sources, at.child('sources'), validateProjection),
  ...validateMode(defaultMode, at.child('defaultMode')),
];

function validateHostPath({ path, type }: NonNullable<Volume['hostPath']>, at: FieldPath): FieldError[] {
  if (!path) return [at.child('path').required('')];
  const errors = path.split('/').includes('..') ? [at.child('path').invalid(path, "must not contain '..'")] : [];
  return [...errors, ...oneOf(type, HOST_PATH_TYPES, at.child('type'))];
}

function validateEmptyDir({ sizeLimit }: NonNullable<Volume['emptyDir']>, at: FieldPath): FieldError[] {
  if (sizeLimit === undefined || quantityNotNegative(sizeLimit, at).length === 0) return [];
  return [at.child('sizeLimit').forbidden('SizeLimit field must be a valid resource quantity')];
}

function validateNfs({ server, path }: NonNullable<Volume['nfs']>, at: FieldPath): FieldError[] {
  const errors = required(server, at.child('server'));
  if (!path) return [...errors, at.child('path').required('')];
  return path.startsWith('/') ? errors : [...errors, at.child('path').invalid(path, 'must be an absolute path')];
}

type Sources = Omit<Volume, 'name'>;
type Validators = { [K in keyof Sources]-?: (source: NonNullable<Sources[K]>, at: FieldPath) => FieldError[] };

/** Validators by source; those that upstream's schema already covers are absent. */
const VALIDATORS: Partial<Validators> = {
  hostPath: validateHostPath,
  emptyDir: validateEmptyDir,
  nfs: validateNfs,
  projected: validateProjected,
  secret: ({ secretName, items, defaultMode }, at) => [
    ...required(secretName, at.child('secretName')),
    ...validateMode(defaultMode, at.child('defaultMode')),
    ...each(items, at.child('items'), validateItem),
  ],
  configMap: ({ name, items, defaultMode }, at) => [
    ...required(name, at.child('name')),
    ...validateMode(defaultMode, at.child('defaultMode')),
    ...each(items, at.child('items'), validateItem),
  ],
  downwardAPI: ({ items, defaultMode }, at) => [
    ...validateMode(defaultMode, at.child('defaultMode')),
    ...each(items, at.child('items'), validateDownwardFile),
  ],
  persistentVolumeClaim: ({ claimName }, at) => required(claimName, at.child('claimName')),
  csi: ({ driver }, at) => validateCsiDriverName(driver, at.child('driver')),
  ephemeral: ({ volumeClaimTemplate }, at) =>
    volumeClaimTemplate
      ? validateClaimSpec(volumeClaimTemplate.spec ?? {}, at.child('volumeClaimTemplate', 'spec'))
      : [at.child('volumeClaimTemplate').required('')],
};

/** Exactly one source, and that a good one; `name` does not count. */
export function validateVolumeSource(volume: Readonly<Record<string, unknown>>, at: FieldPath): FieldError[] {
  const given = Object.keys(volume).filter((key) => key !== 'name' && volume[key] !== undefined);
  const [first, ...others] = given;
  if (!first) return [at.required('must specify a volume type')];
  const validator = VALIDATORS[first as keyof Sources] as
    | ((source: unknown, at: FieldPath) => FieldError[])
    | undefined;
  return [
    ...(validator?.(volume[first], at.child(first)) ?? []),
    ...others.map((name) => at.child(name).forbidden('may not specify more than 1 volume type')),
  ];
}

/** Source: pkg/apis/core/validation, ValidateVolumes. */
export function validateVolumes(volumes: readonly Volume[] | undefined, at: FieldPath): FieldError[] {
  return [
    ...each(volumes, at, (volume, place) => [
      ...validateVolumeSource({ ...volume }, place),
      ...requiredAs(volume.name, dns1123Label, place.child('name')),
    ]),
    ...unique(
      volumes,
      ({ name }) => name,
      (index) => at.index(index).child('name'),
    ),
  ];
}
