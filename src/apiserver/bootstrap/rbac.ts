import { clusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { clusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { roles } from '#api/rbac/v1/role.ts';
import { roleBindings } from '#api/rbac/v1/role-binding.ts';
import type { Creatable } from '#apimachinery/object.ts';
import type { ApiHandler } from '#apimachinery/request.ts';
import type { ObjectMeta } from '#gen/meta/v1.ts';
import type { ClusterRole, PolicyRule, RoleBinding, Subject } from '#gen/rbac/v1.ts';
import { missingRules } from '../authorization/rule-match.ts';
import { CLUSTER_ROLES, type RoleSpec } from './cluster-roles.ts';
import { CONTROLLER_ROLES } from './controller-roles.ts';
import { ensureObject } from './reconcile.ts';
import { type BindingSpec, CLUSTER_ROLE_BINDINGS, NAMESPACED_BINDINGS, NAMESPACED_ROLES } from './role-bindings.ts';

const LABEL = 'kubernetes.io/bootstrapping';
const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';
const RBAC = 'rbac.authorization.k8s.io';
const aggregateLabel = (suffix: string) => `${RBAC}/aggregate-to-${suffix}`;

interface Marked {
  readonly name: string;
  readonly namespace?: string;
}

const marked = ({ name, namespace }: Marked, labels: Record<string, string> = {}): Partial<ObjectMeta> => ({
  name,
  ...(namespace && { namespace }),
  labels: { [LABEL]: 'rbac-defaults', ...labels },
  annotations: { [AUTOUPDATE]: 'true' },
});

/**
 * Every default role and binding: made where missing, and given back what it lost; what a user added stays, and what
 * carries the annotation autoupdate=false is left alone. Source: upstream component-helpers auth/rbac/reconciliation.
 */
export async function reconcileRbac(handler: ApiHandler): Promise<void> {
  const clusterWide = [...CLUSTER_ROLES, ...CONTROLLER_ROLES];
  await Promise.all(clusterWide.map((spec) => ensureClusterRole(handler, spec)));
  await Promise.all(CLUSTER_ROLE_BINDINGS.map((spec) => ensureClusterBinding(handler, spec)));
  await Promise.all(
    NAMESPACED_ROLES.map(({ rules, ...place }) =>
      ensureObject(handler, roles, {
        object: { metadata: marked(place), rules: [...rules] },
        change: (existing) => withRules(existing, rules),
      }),
    ),
  );
  await Promise.all(
    NAMESPACED_BINDINGS.map((spec) =>
      ensureObject(handler, roleBindings, {
        object: { ...bindingBody(spec), metadata: marked(spec) },
        change: (existing) => withSubjects(existing, spec.subjects),
      }),
    ),
  );
}

function ensureClusterRole(handler: ApiHandler, spec: RoleSpec): Promise<void> {
  const labels = spec.aggregateTo ? { [aggregateLabel(spec.aggregateTo)]: 'true' } : {};
  const object: Creatable<ClusterRole> = {
    metadata: marked(spec, labels),
    rules: spec.aggregates ? aggregatedRules(spec.aggregates) : [...spec.rules],
    ...(spec.aggregates && {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregateLabel(spec.aggregates)]: 'true' } }] },
    }),
  };
  const change = (existing: ClusterRole) => (spec.aggregates ? undefined : withRules(existing, spec.rules));
  return ensureObject(handler, clusterRoles, { object, change });
}

/** What the aggregation controller will find, so that the roles hold from the first moment on. */
function aggregatedRules(suffix: string): PolicyRule[] {
  return CLUSTER_ROLES.filter((one) => one.aggregateTo === suffix).flatMap((one) =>
    one.aggregates ? aggregatedRules(one.aggregates) : one.rules,
  );
}

function ensureClusterBinding(handler: ApiHandler, spec: BindingSpec): Promise<void> {
  return ensureObject(handler, clusterRoleBindings, {
    object: { ...bindingBody(spec), metadata: marked(spec) },
    change: (existing) => withSubjects(existing, spec.subjects),
  });
}

const bindingBody = ({ roleKind, roleName, subjects }: BindingSpec): Pick<RoleBinding, 'roleRef' | 'subjects'> => ({
  roleRef: { apiGroup: RBAC, kind: roleKind, name: roleName },
  ...(subjects.length > 0 && { subjects: [...subjects] }),
});

const isLeftAlone = ({ metadata }: { metadata: ObjectMeta }) => metadata.annotations?.[AUTOUPDATE] !== 'true';

function withRules<T extends { metadata: ObjectMeta; rules?: PolicyRule[] | undefined }>(
  existing: T,
  wanted: readonly PolicyRule[],
): T | undefined {
  if (isLeftAlone(existing)) return undefined;
  const missing = missingRules(existing.rules ?? [], wanted);
  return missing.length === 0 ? undefined : { ...existing, rules: [...(existing.rules ?? []), ...missing] };
}

function withSubjects<T extends { metadata: ObjectMeta; subjects?: Subject[] | undefined }>(
  existing: T,
  wanted: readonly Subject[],
): T | undefined {
  if (isLeftAlone(existing)) return undefined;
  const held = existing.subjects ?? [];
  const missing = wanted.filter((one) => !held.some((other) => isSame(one, other)));
  return missing.length === 0 ? undefined : { ...existing, subjects: [...held, ...missing] };
}

const isSame = (a: Subject, b: Subject) =>
  a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');
