import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '#apimachinery/object.ts';
import type { ManagedFieldsEntry } from '#gen/meta/v1.ts';
import type { Call } from './core.ts';

/** Notes in `managedFields` what this write takes over from others; returns the object to store. */
export function trackUpdate(_call: Call, live: KubeObject | undefined, next: KubeObject): KubeObject {
  if (live?.metadata.managedFields && next.metadata.managedFields === undefined) {
    next.metadata.managedFields = [...live.metadata.managedFields];
  }
  return next;
}

/** A write that changes nothing but the times of `managedFields` changes nothing. */
export function keepOldTimes(next: KubeObject, { metadata: previous }: KubeObject): void {
  const { managedFields } = next.metadata;
  if (!managedFields || !previous.managedFields) return;
  if (isDeepStrictEqual(managedFields.map(timeless), previous.managedFields.map(timeless))) {
    next.metadata.managedFields = [...previous.managedFields];
  }
}

function timeless({ time: _, ...entry }: ManagedFieldsEntry): ManagedFieldsEntry {
  return entry;
}
