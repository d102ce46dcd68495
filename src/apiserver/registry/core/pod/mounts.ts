import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Container, VolumeMount } from '#gen/core/v1.ts';
import { each, oneOf } from '../../validation/fields.ts';

export function validateDescendingPath(path: string, at: FieldPath): FieldError[] {
  const errors = path.startsWith('/') ? [at.invalid(path, 'must be a relative path')] : [];
  return path.split('/').includes('..') ? [...errors, at.invalid(path, "must not contain '..'")] : errors;
}

function validateSubPath({ subPath, subPathExpr }: VolumeMount, at: FieldPath): FieldError[] {
  const errors = subPath ? validateDescendingPath(subPath, at.child('subPath')) : [];
  if (!subPathExpr) return errors;
  const place = at.child('subPathExpr');
  if (subPath) errors.push(place.invalid(subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  return [...errors, ...validateDescendingPath(subPathExpr, place)];
}

function validatePropagation({ mountPropagation }: VolumeMount, container: Container, at: FieldPath): FieldError[] {
  const place = at.child('mountPropagation');
  if (mountPropagation === 'Bidirectional' && !container.securityContext?.privileged) {
    return [place.forbidden('Bidirectional mount propagation is available only to privileged containers')];
  }
  return oneOf(mountPropagation, ['Bidirectional', 'HostToContainer', 'None'], place);
}

function validateNames({ name, mountPath }: VolumeMount, volumes: ReadonlySet<string>, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(at.child('name').required(''));
  else if (!volumes.has(name)) errors.push(at.child('name').notFound(name));
  if (!mountPath) errors.push(at.child('mountPath').required(''));
  return errors;
}

/** Source: pkg/apis/core/validation, ValidateVolumeMounts and ValidateVolumeDevices. */
export function validateMounts(container: Container, volumes: ReadonlySet<string>, at: FieldPath): FieldError[] {
  const paths = new Set<string>();
  const mounts = each(container.volumeMounts, at.child('volumeMounts'), (mount, place) => {
    const errors = validateNames(mount, volumes, place);
    if (paths.has(mount.mountPath)) errors.push(place.child('mountPath').invalid(mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    return [...errors, ...validateSubPath(mount, place), ...validatePropagation(mount, container, place)];
  });
  const devices = each(container.volumeDevices, at.child('volumeDevices'), ({ name, devicePath }, place) => {
    const errors: FieldError[] = [];
    if (!name) errors.push(place.child('name').required(''));
    else if (!volumes.has(name)) errors.push(place.child('name').notFound(name));
    if (!devicePath) errors.push(place.child('devicePath').required(''));
    else if (paths.has(devicePath))
      errors.push(place.child('devicePath').invalid(devicePath, 'must not already exist as a path in volumeMounts'));
    return errors;
  });
  return [...mounts, ...devices];
}
