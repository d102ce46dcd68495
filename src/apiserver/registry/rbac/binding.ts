import { isDeepStrictEqual } from 'node:util';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { ClusterRoleBinding, RoleBinding, RoleRef, Subject } from '#gen/rbac/v1.ts';
import { checked, each, requiredAs } from '../validation/fields.ts';
import { dns1123Subdomain, pathSegment } from '../validation/formats.ts';

const GROUP = 'rbac.authorization.k8s.io';
const KINDS = ['ServiceAccount', 'User', 'Group'];

function validateRef({ apiGroup, kind, name }: RoleRef, kinds: readonly string[], at: FieldPath): FieldError[] {
  return [
    ...(apiGroup === GROUP ? [] : [at.child('apiGroup').notSupported(apiGroup ?? '', [GROUP])]),
    ...(kinds.includes(kind) ? [] : [at.child('kind').notSupported(kind ?? '', kinds)]),
    ...requiredAs(name, pathSegment, at.child('name')),
  ];
}

function validateAccount(subject: Subject, isNamespaced: boolean, at: FieldPath): FieldError[] {
  const errors = subject.name ? checked(subject.name, dns1123Subdomain, at.child('name')) : [];
  if (subject.apiGroup) errors.push(at.child('apiGroup').notSupported(subject.apiGroup, ['']));
  if (!isNamespaced && !subject.namespace) errors.push(at.child('namespace').required(''));
  return errors;
}

function validatePerson({ kind, name, apiGroup }: Subject, at: FieldPath): FieldError[] {
  const errors = name ? [] : [at.child('name').invalid('', `${kind.toLowerCase()} name cannot be empty`)];
  if (apiGroup !== GROUP) errors.push(at.child('apiGroup').notSupported(apiGroup ?? '', [GROUP]));
  return errors;
}

function validateSubject(subject: Subject, isNamespaced: boolean, at: FieldPath): FieldError[] {
  const errors = subject.name ? [] : [at.child('name').required('')];
  if (subject.kind === 'ServiceAccount') return [...errors, ...validateAccount(subject, isNamespaced, at)];
  if (subject.kind === 'User' || subject.kind === 'Group') return [...errors, ...validatePerson(subject, at)];
  return [...errors, at.child('kind').notSupported(subject.kind ?? '', KINDS)];
}

type Binding = RoleBinding | ClusterRoleBinding;

/** Source: pkg/apis/rbac/validation, ValidateRoleBinding and ValidateClusterRoleBinding. */
export function validateBinding({ roleRef, subjects }: Binding, isNamespaced: boolean, at: FieldPath): FieldError[] {
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  return [
    ...validateRef(roleRef ?? { apiGroup: '', kind: '', name: '' }, kinds, at.child('roleRef')),
    ...each(subjects, at.child('subjects'), (subject, place) => validateSubject(subject, isNamespaced, place)),
  ];
}

/** Whoever binds a role cannot later swap it. */
export function validateSameRole(next: Binding, previous: Binding, at: FieldPath): FieldError[] {
  if (isDeepStrictEqual(next.roleRef, previous.roleRef)) return [];
  const { apiGroup: APIGroup, kind: Kind, name: Name } = next.roleRef ?? { apiGroup: '', kind: '', name: '' };
  return [at.child('roleRef').invalid({ APIGroup, Kind, Name }, 'cannot change roleRef')];
}
