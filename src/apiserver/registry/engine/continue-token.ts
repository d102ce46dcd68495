import { badRequest } from '#apimachinery/status.ts';

/** Where a list goes on: after `key`, as of `revision` (-1: as of now, whatever that is). */
export interface ListPosition {
  readonly revision: number;
  /** The last key shown, below the list's prefix. */
  readonly key: string;
}

/** Source: apiserver storage/continue.go. */
export function encodeContinue({ revision, key }: ListPosition): string {
  const token = JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${key}\0` });
  return Buffer.from(token).toString('base64url');
}

/** @throws {StatusError} 400 for a token that no server gave. */
export function decodeContinue(text: string): ListPosition {
  const { v, rv, start } = parse(text);
  if (v !== 'meta.k8s.io/v1') {
    throw badRequest(`continue key is not valid: server does not recognize this encoded version ${String(v ?? '')}`);
  }
  if (typeof rv !== 'number' || rv === 0) {
    throw badRequest('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  if (typeof start !== 'string' || start === '') {
    throw badRequest('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)');
  }
  if (start.split('/').some((part) => part === '..' || part === '.' || part === '')) {
    throw badRequest(`continue key is not valid: ${start}`);
  }
  return { revision: rv, key: start.endsWith('\0') ? start.slice(0, -1) : start };
}

function parse(text: string): { v?: unknown; rv?: unknown; start?: unknown } {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as { v?: unknown };
  } catch (error) {
    throw badRequest(`continue key is not valid: ${error instanceof Error ? error.message : String(error)}`);
  }
}
