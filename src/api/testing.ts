import { applySchemaDefaults } from '#apimachinery/codec/defaults.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import { schemaOf } from '#apimachinery/schema-table.ts';

/** The moment at which tests look: 2026-01-01, noon. */
export const NOW = Date.UTC(2026, 0, 1, 12);
/** A time so many seconds before. */
export const ago = (seconds: number): string => `${new Date(NOW - seconds * 1000).toISOString().slice(0, 19)}Z`;

type Loose = Readonly<Record<string, unknown>>;

/** An object of the kind, an hour old, named `web` unless it says otherwise. */
export function sample<T extends KubeObject>(resource: Resource<T>, rest: Loose): T {
  const { metadata, ...fields } = rest as { metadata?: object };
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { name: 'web', namespace: 'default', creationTimestamp: ago(3600), ...metadata },
    ...fields,
  } as unknown as T;
}

/** What `kubectl get -o wide` shows of an object, its columns joined by ` | `. */
export function row<T extends KubeObject>(resource: Resource<T>, rest: Loose): string {
  const object = sample(resource, rest);
  return resource.columns.map((column) => column.of(object, NOW) ?? '<nil>').join(' | ');
}

/** The object as the server completes it, without its metadata. */
export function defaulted<T extends KubeObject>(resource: Resource<T>, rest: Loose): Loose {
  const object = structuredClone(sample(resource, rest)) as T;
  applySchemaDefaults(object, schemaOf(resource.type));
  resource.defaults?.(object);
  const { apiVersion: _v, kind: _k, metadata: _m, ...fields } = object as unknown as Record<string, unknown>;
  return fields;
}
