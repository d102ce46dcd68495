import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '#apimachinery/object.ts';
import type { ManagedFieldsEntry } from '#gen/meta/v1.ts';
import type { Call } from './core.ts';
import type { Writing } from './field-management.ts';
import { timestamp } from './system-fields.ts';

/** Longer names of managers are cut. Source: metav1/validation.FieldManagerMaxLength. */
const MAX_MANAGER_LENGTH = 128;

export function writingOf({ request, resource, nowMs }: Call): Writing {
  const { options, userAgent = '', subresource } = request;
  const manager = options.fieldManager || (userAgent.split('/')[0] ?? '').slice(0, MAX_MANAGER_LENGTH) || 'unknown';
  return { resource, manager, subresource, time: timestamp(nowMs) };
}

/** Notes in `managedFields` what this write takes over from others; returns the object to store. */
export function trackUpdate(call: Call, live: KubeObject | undefined, next: KubeObject): KubeObject {
  const { fields } = call.core;
  if (fields) return fields.update(live, next, writingOf(call));
  if (live?.metadata.managedFields) next.metadata.managedFields ??= [...live.metadata.managedFields];
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
