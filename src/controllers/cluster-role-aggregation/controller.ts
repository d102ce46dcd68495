import { clusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { selects } from '#apimachinery/labels.ts';
import type { ClusterRole, PolicyRule } from '#gen/rbac/v1.ts';
import type { ControllerFactory } from '#reconciler/controller.ts';
import { watch } from '#reconciler/mappings.ts';
import { canonicalJson } from '#reconciler/template-hash.ts';

/** The rules of all roles that an aggregated role selects, each once, in order of the roles' names. */
export function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const rules = new Map<string, PolicyRule>();
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
  const others = all.filter(({ metadata }) => metadata.name !== role.metadata.name);
  for (const selector of selectors) {
    const chosen = others.filter(({ metadata }) => selects(selector, metadata.labels));
    for (const { rules: more } of chosen.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
      for (const rule of more ?? []) rules.set(canonicalJson(rule), rule);
    }
  }
  return [...rules.values()];
}

/** Source: kubernetes pkg/controller/clusterroleaggregation. */
export const clusterRoleAggregation: ControllerFactory = ({ client, informers }) => {
  const roles = informers.for(clusterRoles);
  return {
    name: 'clusterrole-aggregation-controller',
    watches: [
      watch(clusterRoles, () =>
        roles
          .list()
          .filter(({ aggregationRule }) => aggregationRule)
          .map(({ metadata }) => metadata.name),
      ),
    ],
    async reconcile({ key, signal }) {
      const role = roles.get(key);
      if (!role?.aggregationRule) return;
      const rules = aggregatedRules(role, roles.list());
      if (canonicalJson(rules) === canonicalJson(role.rules ?? [])) return;
      await client.update(clusterRoles, { ...role, rules }, { signal });
    },
  };
};
