import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { badRequest } from '#apimachinery/status.ts';

/** How to read a field of the resource's objects. @throws {StatusError} 400 for a field that cannot be selected by. */
export function fieldReader(resource: Resource, field: string): (object: KubeObject) => string {
  if (field === 'metadata.name') return (object) => object.metadata.name;
  if (field === 'metadata.namespace' && resource.scope === 'Namespaced')
    return ({ metadata }) => metadata.namespace ?? '';
  const read = resource.selectableFields?.[field];
  if (read) return read;
  if (field === 'metadata.namespace') return () => '';
  throw badRequest(unsupported(resource, field));
}

/** Kinds with selectable fields of their own say it in their own words. */
function unsupported(resource: Resource, field: string): string {
  if (resource.selectableFields) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
