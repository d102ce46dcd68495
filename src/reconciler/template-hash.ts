const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** JSON with sorted keys and without undefined, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/**
 * A short name for a pod template: the same for equal templates whatever the order of fields; `collisionCount`
 * gives another where a name was taken by a different template. 32 bits, without vowels, as upstream's look.
 */
export function templateHash(template: unknown, collisionCount?: number): string {
  const salt = collisionCount === undefined ? '' : `#${collisionCount}`;
  return safeEncode(String(fnv32a(canonicalJson(template) + salt)));
}

/** Source: FNV-1a, 32 bit. */
function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

const safeEncode = (text: string): string =>
  Array.from(text, (char) => ALPHABET[char.charCodeAt(0) % ALPHABET.length]).join('');
