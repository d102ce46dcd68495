import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '#apimachinery/object.ts';
import { RevisionMismatch } from '#storage/errors.ts';
import type { Reservation } from '../../strategy.ts';
import type { Call } from './core.ts';
import { fromStored } from './versions.ts';
import { deleteKey, plainError, putObject, revisionOf } from './write.ts';

/** What a transaction made of what it found, and what it reserved for it. */
export type Outcome =
  | { readonly write: 'put'; readonly object: KubeObject; readonly reserved?: Reservation | undefined }
  | { readonly write: 'delete'; readonly object: KubeObject }
  | { readonly write: 'nothing'; readonly object: KubeObject };

export interface Settled {
  readonly object: KubeObject;
  readonly write: Outcome['write'];
}

const MAX_ATTEMPTS = 1_000;

/**
 * Reads, decides and writes as one step: `decide` runs again whenever another write came between. What does not differ
 * from what there is, is not written. Source: storage.Interface GuaranteedUpdate.
 */
export async function transact(
  call: Call,
  key: string,
  decide: (existing: KubeObject | undefined) => Outcome | Promise<Outcome>,
): Promise<Settled> {
  const { core, resource } = call;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const stored = core.cache.get(key);
    const existing = stored && fromStored(resource, stored);
    let outcome: Outcome;
    try {
      outcome = await decide(existing);
    } catch (error) {
      if (!(await isOutdated(call, key, stored))) throw error;
      continue;
    }
    try {
      return await commit(call, key, { existing, outcome });
    } catch (error) {
      if (outcome.write === 'put') outcome.reserved?.undo();
      if (!(error instanceof RevisionMismatch)) throw error;
      await core.cache.fresh();
    }
  }
  throw plainError(`${key} changes faster than it can be written`);
}

/** Whether a decision was taken on a state that the store has left behind. */
async function isOutdated({ core }: Call, key: string, seen: KubeObject | undefined): Promise<boolean> {
  await core.cache.fresh();
  return core.cache.get(key) !== seen;
}

interface Decision {
  existing: KubeObject | undefined;
  outcome: Outcome;
}

async function commit(call: Call, key: string, { existing, outcome }: Decision): Promise<Settled> {
  const { object, write } = outcome;
  if (write === 'nothing' || call.dryRun) {
    if (write === 'put') outcome.reserved?.undo();
    return { object, write };
  }
  if (write === 'delete') {
    if (existing) await deleteKey(call, key, revisionOf(existing));
    return { object, write };
  }
  if (existing && isSame(object, existing)) {
    outcome.reserved?.undo();
    return { object: existing, write: 'nothing' };
  }
  return { object: await store(call, key, { existing, outcome }), write };
}

async function store(call: Call, key: string, { existing, outcome }: Decision): Promise<KubeObject> {
  const expect = existing ? revisionOf(existing) : 0;
  const stored = await putObject(call, key, { object: outcome.object, expect });
  if (outcome.write === 'put') outcome.reserved?.settle?.();
  return stored;
}

function isSame(next: KubeObject, existing: KubeObject): boolean {
  return isDeepStrictEqual(
    { ...next, metadata: { ...next.metadata, resourceVersion: '' } },
    { ...existing, metadata: { ...existing.metadata, resourceVersion: '' } },
  );
}
