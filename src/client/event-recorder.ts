import type { KubeObject } from '#apimachinery/object.ts';

/**
 * Tells users what happened, as `events` beside the object. Never throws and never waits: repeated events are
 * counted into one, and writing happens behind the caller's back.
 */
export interface EventRecorder {
  event(about: KubeObject, event: EventInput): void;
}

export interface EventInput {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, upstream's word: `Scheduled`, `FailedMount`. */
  readonly reason: string;
  readonly message: string;
  /** `spec.containers{name}`: which part of the object. */
  readonly fieldPath?: string | undefined;
}
