import type { Resource, Subresource } from '#apimachinery/resource.ts';

export type { Resource, Subresource } from '#apimachinery/resource.ts';

/** The type that a subresource speaks: the parent's own, or that of the kind that it names. */
export function schemaTypeOf(resource: Resource, subresource: Subresource): string {
  const group = subresource.group ?? resource.group;
  const version = subresource.version ?? resource.version;
  if (subresource.kind === resource.kind && group === resource.group) return resource.type;
  return `k8s.io.api.${group === '' ? 'core' : group.split('.')[0]}.${version}.${subresource.kind}`;
}
