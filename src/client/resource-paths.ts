import type { RequestOptions } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';

export interface PathTarget {
  readonly resource: Resource;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
  readonly options?: RequestOptions | undefined;
  readonly isWatch?: boolean | undefined;
}

/** The URL path and query of a request, such as `/apis/apps/v1/namespaces/default/deployments/web/status?dryRun=All`. */
export function pathOf({ resource, namespace, name, subresource, options, isWatch }: PathTarget): string {
  const { group, version, plural, scope } = resource;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const parts = [root];
  if (scope === 'Namespaced' && namespace) parts.push('namespaces', encodeURIComponent(namespace));
  parts.push(plural);
  if (name) parts.push(encodeURIComponent(name));
  if (subresource) parts.push(subresource);
  const query = queryOf(options ?? {}, isWatch === true);
  return query ? `${parts.join('/')}?${query}` : parts.join('/');
}

function queryOf(options: RequestOptions, isWatch: boolean): string {
  const query = new URLSearchParams();
  if (isWatch) query.set('watch', 'true');
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === '') continue;
    if (name === 'dryRun') {
      if (value === true) query.set('dryRun', 'All');
    } else query.set(name, String(value));
  }
  return query.toString();
}
