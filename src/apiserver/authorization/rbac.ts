import { clusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { clusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { roles } from '#api/rbac/v1/role.ts';
import { roleBindings } from '#api/rbac/v1/role-binding.ts';
import type { UserInfo } from '#apimachinery/request.ts';
import type { PolicyRule, RoleRef, Subject } from '#gen/rbac/v1.ts';
import type { Reader } from '../reader.ts';
import type { AuthorizationAttributes, Authorizer, Decision } from './authorizer.ts';
import { ruleAllows } from './rule-match.ts';

/** A binding, seen from one of its subjects. */
interface Grant {
  readonly roleRef: RoleRef;
  /** Empty for a ClusterRoleBinding. */
  readonly namespace: string;
  readonly bindingName: string;
  readonly subject: Subject;
}

/** Rules that the user holds, and the words that say why. */
interface Held {
  readonly rules: readonly PolicyRule[];
  readonly because: string;
}

export interface RbacAuthorizer extends Authorizer {
  /** The rules that hold for the user in the namespace and in the whole cluster, as they are stored. */
  policyRulesFor(user: UserInfo, namespace: string): readonly PolicyRule[];
  /** The rules of a role, or undefined where it does not exist. */
  rulesOf(roleRef: RoleRef, namespace: string): readonly PolicyRule[] | undefined;
}

/**
 * Role-based access control over the server's current state. Bindings are indexed by subject and namespace, and the
 * index is made anew at the first question after a binding changed. Source: upstream plugin/pkg/auth/authorizer/rbac.
 */
export function rbacAuthorizer(reader: Reader): RbacAuthorizer {
  let index: ReadonlyMap<string, readonly Grant[]> | undefined;
  const forget = () => {
    index = undefined;
  };
  reader.onChange(roleBindings, forget);
  reader.onChange(clusterRoleBindings, forget);

  const rulesOf = (ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined => {
    const role =
      ref.kind === 'ClusterRole'
        ? reader.get(clusterRoles, { namespace: '', name: ref.name })
        : reader.get(roles, { namespace, name: ref.name });
    return role && (role.rules ?? []);
  };

  function* held(user: UserInfo, namespace: string): Generator<Held> {
    index ??= indexOf(reader);
    const scopes = namespace === '' ? [''] : ['', namespace];
    const keys = scopes.flatMap((scope) => subjectsOf(user).map((subject) => ({ scope, key: `${scope}|${subject}` })));
    for (const { scope, key } of keys) {
      for (const grant of index.get(key) ?? []) {
        const rules = rulesOf(grant.roleRef, scope);
        if (rules) yield { rules, because: reasonOf(grant) };
      }
    }
  }

  const policyRulesFor = (user: UserInfo, namespace: string) =>
    [...held(user, namespace)].flatMap(({ rules }) => rules);

  return {
    policyRulesFor,
    rulesOf,
    rulesFor: policyRulesFor,
    authorize(asked: AuthorizationAttributes): Decision {
      for (const { rules, because } of held(asked.user, asked.path === undefined ? asked.namespace : '')) {
        if (rules.some((rule) => ruleAllows(rule, asked))) return { decision: 'allow', reason: because };
      }
      return { decision: 'noOpinion', reason: '' };
    },
  };
}

function indexOf(reader: Reader): Map<string, Grant[]> {
  const index = new Map<string, Grant[]>();
  for (const binding of [...reader.list(clusterRoleBindings), ...reader.list(roleBindings)]) {
    const namespace = binding.metadata.namespace ?? '';
    for (const subject of binding.subjects ?? []) {
      const { roleRef, metadata } = binding;
      if (!roleRef) continue;
      const key = `${namespace}|${subjectKey(subject, namespace)}`;
      const grants = index.get(key) ?? [];
      grants.push({ roleRef, namespace, bindingName: metadata.name, subject });
      index.set(key, grants);
    }
  }
  return index;
}

function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): string {
  if (kind !== 'ServiceAccount') return `${kind}:${name}`;
  return `User:system:serviceaccount:${namespace || bindingNamespace}:${name}`;
}

const subjectsOf = ({ name, groups }: UserInfo) => [`User:${name}`, ...groups.map((group) => `Group:${group}`)];

function reasonOf({ roleRef, namespace, bindingName, subject }: Grant): string {
  const binding = namespace ? `RoleBinding "${bindingName}/${namespace}"` : `ClusterRoleBinding "${bindingName}"`;
  const who =
    subject.kind === 'ServiceAccount'
      ? `ServiceAccount "${subject.name}/${subject.namespace || namespace}"`
      : `${subject.kind} "${subject.name}"`;
  return `RBAC: allowed by ${binding} of ${roleRef.kind} "${roleRef.name}" to ${who}`;
}
