import { apiVersionOf, type Resource, type Subresource } from '#apimachinery/resource.ts';
import type { APIGroup, APIResource } from '#gen/meta/v1.ts';
import { compareVersions, orderGroups } from './group-order.ts';
import { storageVersionHash } from './storage-version-hash.ts';

/** `/api`: the versions of the legacy group. */
export function apiVersions(serverAddress: string) {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** `/apis`. */
export function groupList(resources: readonly Resource[]) {
  const groups = orderGroups(resources.map((one) => one.group)).filter((group) => group !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupOf(group, resources)) };
}

/** `/apis/<group>`, or undefined where no resource lives in it. */
export function groupDocument(group: string, resources: readonly Resource[]) {
  if (group === '' || !resources.some((one) => one.group === group)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, resources) };
}

function groupOf(group: string, resources: readonly Resource[]): APIGroup {
  const versions = versionsOf(group, resources).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** The versions of a group, the preferred one first. */
export function versionsOf(group: string, resources: readonly Resource[]): string[] {
  const versions = new Set(resources.filter((one) => one.group === group).map((one) => one.version));
  return [...versions].sort(compareVersions);
}

/** `/api/v1` and `/apis/<group>/<version>`, or undefined where nothing is served. */
export function resourceList({ group, version }: { group: string; version: string }, resources: readonly Resource[]) {
  const served = resources.filter((one) => one.group === group && one.version === version);
  if (served.length === 0) return undefined;
  const lines = served.flatMap((one) => [
    mainLine(one),
    ...one.subresources.map((subresource) => subresourceLine(one, subresource)),
  ]);
  lines.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    kind: 'APIResourceList',
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    resources: lines,
  };
}

function mainLine(resource: Resource): APIResource {
  const { plural, singular, scope, kind, verbs, shortNames, categories } = resource;
  const isStored = verbs.includes('get');
  return {
    name: plural,
    singularName: singular,
    namespaced: scope === 'Namespaced',
    kind,
    verbs: [...verbs].sort(),
    ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
    ...(categories.length > 0 && { categories: [...categories] }),
    ...(isStored && { storageVersionHash: storageVersionHash(resource.conversion?.stored ?? resource) }),
  };
}

function subresourceLine(resource: Resource, { name, group, version, kind, verbs }: Subresource): APIResource {
  return {
    name: `${resource.plural}/${name}`,
    singularName: '',
    namespaced: resource.scope === 'Namespaced',
    ...(group !== undefined && { group }),
    ...(version !== undefined && { version }),
    kind,
    verbs: [...verbs].sort(),
  };
}
