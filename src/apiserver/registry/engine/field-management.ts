import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';

/** Who writes, and when: what an entry of `managedFields` says beside its fields. */
export interface Writing {
  readonly resource: Resource;
  /** The `fieldManager` of the request, or what its User-Agent begins with. */
  readonly manager: string;
  /** `status` …; empty for the object itself. */
  readonly subresource: string;
  /** RFC 3339 */
  readonly time: string;
}

/** Ownership of fields. Source: KEP-555, structured-merge-diff. Both leave their arguments as they are or return them changed. */
export interface FieldManagement {
  /** Takes over for the writer what `next` changes of `live`; returns `next` with its `managedFields`. */
  update(live: KubeObject | undefined, next: KubeObject, writing: Writing): KubeObject;
  /**
   * What an applied configuration makes of `live`, with its `managedFields`.
   * @throws {StatusError} 409 with one cause a field when others own what it sets, unless `force`.
   */
  apply(live: KubeObject | undefined, config: KubeObject, writing: Writing & { force: boolean }): KubeObject;
}

/** @returns the patched copy. @throws {StatusError} 400 for a patch that does not fit the type. */
export type StrategicMerge = (resource: Resource, existing: KubeObject, patch: unknown) => KubeObject;
