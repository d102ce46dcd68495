import type { Resource, Subresource } from '#apimachinery/resource.ts';
import type { RequestInfo } from './request-info.ts';

/** Finds resources by their place in URLs. */
export interface ResourceCatalog {
  readonly resources: readonly Resource[];
  find(place: Pick<RequestInfo, 'group' | 'version' | 'resource'>): Resource | undefined;
}

const catalogs = new WeakMap<readonly Resource[], ResourceCatalog>();

/** One catalog for one list; a server whose resources change hands over a new list. */
export function catalogOf(resources: readonly Resource[]): ResourceCatalog {
  const known = catalogs.get(resources);
  if (known) return known;
  const byPlace = new Map(resources.map((one) => [`${one.group}/${one.version}/${one.plural}`, one]));
  const catalog: ResourceCatalog = {
    resources,
    find: ({ group, version, resource }) => byPlace.get(`${group}/${version}/${resource}`),
  };
  catalogs.set(resources, catalog);
  return catalog;
}

export function subresourceOf(resource: Resource, name: string): Subresource | undefined {
  return resource.subresources.find((one) => one.name === name);
}

/** Subresources that lead out of the API, to a kubelet or into the cluster's network. */
export function isConnect(subresource: Subresource): boolean {
  return subresource.name === 'log' || subresource.kind.endsWith('Options');
}
