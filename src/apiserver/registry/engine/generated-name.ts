import { randomInt } from 'node:crypto';
import { groupResourceOf, type Resource } from '#apimachinery/resource.ts';
import { failure, type StatusError } from '#apimachinery/status.ts';

/** Without vowels and without what looks alike. Source: apimachinery util/rand. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const MAX_BASE_LENGTH = 63 - SUFFIX_LENGTH;

/** How often a taken name is thrown again before the client is told. */
export const NAME_ATTEMPTS = 8;

/** `base` and five random characters, at most 63 in all. */
export function generateName(base: string): string {
  let suffix = '';
  for (let length = 0; length < SUFFIX_LENGTH; length++) suffix += ALPHABET[randomInt(ALPHABET.length)];
  return base.slice(0, MAX_BASE_LENGTH) + suffix;
}

export function generateNameConflict(resource: Resource, name: string): StatusError {
  return failure({
    code: 409,
    reason: 'AlreadyExists',
    message: `${groupResourceOf(resource)} "${name}" already exists, the server was not able to generate a unique name for the object`,
    details: {
      name,
      ...(resource.group && { group: resource.group }),
      kind: resource.plural,
      retryAfterSeconds: 1,
    },
  });
}
