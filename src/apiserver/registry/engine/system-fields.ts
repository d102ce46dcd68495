import { randomUUID } from 'node:crypto';
import type { KubeObject } from '#apimachinery/object.ts';

/** Forgets what only the server may say. Source: rest.WipeObjectMetaSystemFields. */
export function wipeSystemFields({ metadata }: KubeObject): void {
  const system: Partial<KubeObject['metadata']> = metadata;
  delete system.creationTimestamp;
  delete system.uid;
  delete system.deletionTimestamp;
  delete system.deletionGracePeriodSeconds;
  delete system.selfLink;
}

/** Source: rest.FillObjectMetaSystemFields. */
export function fillSystemFields({ metadata }: KubeObject, nowMs: number): void {
  metadata.creationTimestamp = timestamp(nowMs);
  metadata.uid = randomUUID();
}

/** RFC 3339 in whole seconds, as metav1.Time prints itself. */
export function timestamp(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}
