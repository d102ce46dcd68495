import { createHash } from 'node:crypto';
import type { Resource, Subresource } from '#apimachinery/resource.ts';
import { orderGroups } from './group-order.ts';
import { versionsOf } from './legacy.ts';

export interface AggregatedDiscovery {
  readonly bytes: Buffer;
  /** Strong entity tag, in quotes. */
  readonly etag: string;
}

/**
 * All groups of `/api` or of `/apis` in one document. Source: KEP-3352, apidiscovery.k8s.io/v2 APIGroupDiscoveryList.
 */
export function aggregatedDiscovery(
  resources: readonly Resource[],
  { root, version }: { root: '/api' | '/apis'; version: 'v2' | 'v2beta1' },
): AggregatedDiscovery {
  const groups = orderGroups(resources.map((one) => one.group)).filter((group) => (group === '') === (root === '/api'));
  const document = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => groupItem(group, resources)),
  };
  const bytes = Buffer.from(`${JSON.stringify(document)}\n`);
  const digest = createHash('sha512').update(bytes).digest('hex').toUpperCase();
  return { bytes, etag: `"${digest}"` };
}

function groupItem(group: string, resources: readonly Resource[]) {
  return {
    metadata: { ...(group !== '' && { name: group }) },
    versions: versionsOf(group, resources).map((version) => ({
      version,
      resources: resources
        .filter((one) => one.group === group && one.version === version)
        .sort((a, b) => (a.plural < b.plural ? -1 : 1))
        .map(resourceItem),
      freshness: 'Current',
    })),
  };
}

function resourceItem(resource: Resource) {
  const { plural, singular, scope, verbs, shortNames, categories, subresources } = resource;
  return {
    resource: plural,
    responseKind: kindOf(resource, resource),
    scope,
    singularResource: singular,
    verbs: [...verbs].sort(),
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources: subresources.map((one) => subresourceItem(resource, one)) }),
  };
}

function subresourceItem(resource: Resource, subresource: Subresource) {
  return {
    subresource: subresource.name,
    responseKind: kindOf(subresource, resource),
    verbs: [...subresource.verbs].sort(),
  };
}

/** Empty group and version are those of the resource list itself. */
function kindOf(
  { group, version, kind }: { group?: string; version?: string; kind: string },
  resource: Resource,
): { group: string; version: string; kind: string } {
  return { group: group ?? resource.group, version: version ?? resource.version, kind };
}
