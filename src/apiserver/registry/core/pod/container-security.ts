import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { SeccompProfile, SecurityContext } from '#gen/core/v1.ts';
import { id } from '../../validation/formats.ts';
import { validateDescendingPath } from './mounts.ts';

export function validateId(value: number | undefined, at: FieldPath): FieldError[] {
  return value === undefined ? [] : id(value).map((sentence) => at.invalid(value, sentence));
}

export function validateSeccomp(profile: SeccompProfile | undefined, at: FieldPath): FieldError[] {
  if (!profile) return [];
  const place = at.child('localhostProfile');
  if (profile.type === 'Localhost') {
    if (!profile.localhostProfile) return [place.required('must be set when seccomp type is Localhost')];
    return validateDescendingPath(profile.localhostProfile, place);
  }
  if (profile.localhostProfile) return [place.invalid(profile, 'can only be set when seccomp type is Localhost')];
  if (!profile.type) return [at.child('type').required('type is required when seccompProfile is set')];
  return ['RuntimeDefault', 'Unconfined'].includes(profile.type)
    ? []
    : [at.child('type').notSupported(profile.type, ['Localhost', 'RuntimeDefault', 'Unconfined'])];
}

/** Source: pkg/apis/core/validation, ValidateSecurityContext. */
export function validateContainerSecurity(context: SecurityContext | undefined, at: FieldPath): FieldError[] {
  if (!context) return [];
  const errors = [
    ...validateId(context.runAsUser, at.child('runAsUser')),
    ...validateId(context.runAsGroup, at.child('runAsGroup')),
    ...validateSeccomp(context.seccompProfile, at.child('seccompProfile')),
  ];
  if (context.allowPrivilegeEscalation !== false) return errors;
  if (context.privileged) {
    errors.push(at.invalid(context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
  }
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    const sentence = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    errors.push(at.invalid(context, sentence));
  }
  return errors;
}
