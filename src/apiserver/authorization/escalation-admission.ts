import type { KubeObject } from '#apimachinery/object.ts';
import type { ClusterRole, RoleBinding } from '#gen/rbac/v1.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../admission/admission.ts';
import type { Reader } from '../reader.ts';
import type { Authorizer } from './authorizer.ts';
import { type EscalationCheck, escalationCheck } from './escalation.ts';

const RBAC = 'rbac.authorization.k8s.io';
const SAME_RULES = ['rules', 'aggregationRule'];

/**
 * Refuses roles and bindings that would give away more than their writer holds. Upstream does this in the storage of
 * the four kinds; here it is the last of the validating steps. Source: pkg/registry/rbac/<kind>/policybased.
 */
export function escalationAdmission(authorizer: Authorizer | ((reader: Reader) => Authorizer)): AdmissionPlugin {
  const checks = new WeakMap<Reader, EscalationCheck>();
  const checkOf = (reader: Reader) => {
    const known = checks.get(reader);
    if (known) return known;
    const made = escalationCheck(reader, typeof authorizer === 'function' ? authorizer(reader) : authorizer);
    checks.set(reader, made);
    return made;
  };
  return {
    name: 'RBACEscalation',
    handles: ['CREATE', 'UPDATE'],
    validate(request) {
      const { resource, object, oldObject, subresource } = request;
      if (resource.group !== RBAC || subresource !== '' || !object) return;
      if (oldObject && isUnchanged(object, oldObject)) return;
      const refusal = refusalOf(request, object, checkOf(request.reader));
      if (refusal) throw refusal;
    },
  };
}

/** What only touches metadata gives nothing away. */
function isUnchanged(next: KubeObject, previous: KubeObject): boolean {
  const parts = [...SAME_RULES, 'roleRef', 'subjects'];
  const textOf = (object: KubeObject) =>
    JSON.stringify(parts.map((part) => (object as unknown as Record<string, unknown>)[part]));
  return textOf(next) === textOf(previous);
}

function refusalOf({ user, resource, namespace, name }: AdmissionRequest, object: KubeObject, check: EscalationCheck) {
  const { plural } = resource;
  const write = { user, plural, namespace, name: name || object.metadata.name };
  if (plural === 'roles' || plural === 'clusterroles') {
    const { rules = [], aggregationRule } = object as ClusterRole;
    // Who lets a role take in others' rules gives away all of them.
    const everything = [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ];
    return check.role({ ...write, rules: aggregationRule ? everything : rules });
  }
  const { roleRef } = object as RoleBinding;
  return roleRef && check.binding({ ...write, roleRef });
}
