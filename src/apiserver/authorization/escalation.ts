import type { UserInfo } from '#apimachinery/request.ts';
import { forbidden, notFound, type StatusError } from '#apimachinery/status.ts';
import type { PolicyRule, RoleRef } from '#gen/rbac/v1.ts';
import type { Reader } from '../reader.ts';
import type { Authorizer } from './authorizer.ts';
import { type RbacAuthorizer, rbacAuthorizer } from './rbac.ts';
import { missingRules } from './rule-match.ts';

const RBAC = 'rbac.authorization.k8s.io';

export interface RoleWrite {
  readonly user: UserInfo;
  /** `roles` or `clusterroles`. */
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

export interface BindingWrite {
  readonly user: UserInfo;
  /** `rolebindings` or `clusterrolebindings`. */
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
  readonly roleRef: RoleRef;
}

export interface EscalationCheck {
  /** @returns why the user may not give these rules to a role; undefined where it may. */
  role(write: RoleWrite): StatusError | undefined;
  /** @returns why the user may not bind this role. */
  binding(write: BindingWrite): StatusError | undefined;
}

const rbacs = new WeakMap<Reader, RbacAuthorizer>();

/**
 * Nobody gives away what they do not hold, unless `escalate` or `bind` allows it.
 * Source: upstream pkg/registry/rbac/{role,rolebinding}/policybased, component-helpers rbac/validation.
 */
export function escalationCheck(reader: Reader, authorizer: Authorizer): EscalationCheck {
  const rbac = rbacs.get(reader) ?? rbacAuthorizer(reader);
  rbacs.set(reader, rbac);
  return {
    role({ user, plural, namespace, name, rules }) {
      if (isExempt(user) || may(authorizer, user, { verb: 'escalate', plural, namespace, name })) return undefined;
      return grantRefusal(rbac, { user, plural, namespace, name, rules });
    },
    binding({ user, plural, namespace, name, roleRef }) {
      const rolePlural = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
      if (isExempt(user)) return undefined;
      if (may(authorizer, user, { verb: 'bind', plural: rolePlural, namespace, name: roleRef.name })) return undefined;
      const rules = rbac.rulesOf(roleRef, namespace);
      if (!rules) return notFound({ group: RBAC, plural: rolePlural }, roleRef.name);
      return grantRefusal(rbac, { user, plural, namespace, name, rules });
    },
  };
}

const isExempt = ({ groups }: UserInfo) => groups.includes('system:masters');

function may(
  authorizer: Authorizer,
  user: UserInfo,
  { verb, plural, namespace, name }: { verb: string; plural: string; namespace: string; name: string },
): boolean {
  const asked = { user, verb, group: RBAC, version: 'v1', resource: plural, subresource: '', namespace, name };
  return authorizer.authorize(asked).decision === 'allow';
}

function grantRefusal(rbac: RbacAuthorizer, write: RoleWrite): StatusError | undefined {
  const { user, plural, namespace, name, rules } = write;
  const missing = missingRules(rbac.policyRulesFor(user, namespace), rules);
  if (missing.length === 0) return undefined;
  const groups = user.groups.map((group) => JSON.stringify(group)).join(' ');
  const why =
    `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n` +
    [...new Set(compact(missing).map(ruleText))].sort().join('\n');
  return forbidden({ group: RBAC, plural }, name, why);
}

/** Joins rules that differ in their verbs only. */
function compact(parts: readonly PolicyRule[]): PolicyRule[] {
  const joined = new Map<string, PolicyRule>();
  for (const part of parts) {
    const { verbs, ...rest } = part;
    const key = JSON.stringify(rest);
    const known = joined.get(key);
    joined.set(key, known ? { ...known, verbs: [...new Set([...known.verbs, ...verbs])] } : part);
  }
  return [...joined.values()];
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. Source: rbacv1helpers.CompactString. */
function ruleText({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: PolicyRule): string {
  const lists = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ] as const;
  const parts = lists
    .filter(([, list]) => list !== undefined && list.length > 0)
    .map(([name, list]) => `${name}:[${(list ?? []).map((one) => JSON.stringify(one)).join(' ')}]`);
  return `{${parts.join(', ')}}`;
}
