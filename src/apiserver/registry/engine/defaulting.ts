import { applySchemaDefaults } from '#apimachinery/codec/defaults.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { hasSchema, schemaOf } from '#apimachinery/schema-table.ts';

/** Fills the schema's own defaults and then the kind's; changes and returns its argument. */
export function withDefaults(resource: Resource, object: KubeObject): KubeObject {
  if (hasSchema(resource.type)) applySchemaDefaults(object, schemaOf(resource.type));
  resource.defaults?.(object);
  return object;
}
