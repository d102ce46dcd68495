import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { notNegative } from './fields.ts';

type Counts = Readonly<Record<string, unknown>>;

const countOf = (status: Counts, name: string): number => (typeof status[name] === 'number' ? status[name] : 0);

/** None of the numbers is negative. */
export const validateCounts = (counts: object, names: readonly string[], at: FieldPath): FieldError[] =>
  names.flatMap((name) => notNegative(countOf(counts as Counts, name), at.child(name)));

/** No part is more than the whole. */
export function validateParts(status: object, parts: readonly string[], at: FieldPath): FieldError[] {
  const whole = countOf(status as Counts, 'replicas');
  return parts
    .filter((name) => countOf(status as Counts, name) > whole)
    .map((name) => at.child(name).invalid(countOf(status as Counts, name), 'cannot be greater than status.replicas'));
}

export function validateAvailable(status: object, at: FieldPath): FieldError[] {
  const available = countOf(status as Counts, 'availableReplicas');
  if (available <= countOf(status as Counts, 'readyReplicas')) return [];
  return [at.child('availableReplicas').invalid(available, 'cannot be greater than readyReplicas')];
}

/** Hash collisions are only ever counted up. */
export function validateCollisions(next: object, previous: object, at: FieldPath): FieldError[] {
  const count = countOf(next as Counts, 'collisionCount');
  if (count >= countOf(previous as Counts, 'collisionCount')) return [];
  return [at.child('collisionCount').invalid(count, 'cannot be decremented')];
}
