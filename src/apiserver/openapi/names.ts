import type { Resource } from '#apimachinery/resource.ts';

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** `k8s.io.api.core.v1.Pod` is published as `io.k8s.api.core.v1.Pod`; Go's dashes come back. */
export function definitionName(type: string): string {
  return type
    .replace(/^k8s\.io\./, 'io.k8s.')
    .replaceAll('apiextensions_apiserver', 'apiextensions-apiserver')
    .replaceAll('kube_aggregator', 'kube-aggregator')
    .replaceAll('custom_metrics', 'custom-metrics');
}

/** `RbacAuthorization` for `rbac.authorization.k8s.io`, `Core` for the empty group. */
export function operationGroup(group: string): string {
  if (group === '') return 'Core';
  return group
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map(capital)
    .join('');
}

export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** `core_v1`, `rbacAuthorization_v1`. */
export function tagOf({ group, version }: GroupVersion): string {
  const name = operationGroup(group);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}_${version}`;
}

/** `/api/v1` or `/apis/apps/v1`. */
export const rootOf = ({ group, version }: GroupVersion): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;

/** The groups and versions that some resource has, each once, in the order of the resources. */
export function groupVersionsOf(resources: readonly Resource[]): GroupVersion[] {
  const found = new Map(resources.map(({ group, version }) => [`${group}/${version}`, { group, version }]));
  return [...found.values()];
}
