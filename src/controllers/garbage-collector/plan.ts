import type { KubeObject } from '#apimachinery/object.ts';
import type { OwnerReference } from '#gen/meta/v1.ts';

export interface Ownership {
  readonly object: KubeObject;
  /** Uids of owners that are no more. */
  readonly absent: ReadonlySet<string>;
  /** Uids of owners that wait for their dependents to be deleted. */
  readonly waiting: ReadonlySet<string>;
  readonly dependents: readonly KubeObject[];
}

export type CollectionPlan =
  | { readonly type: 'keep' }
  | { readonly type: 'release'; readonly ownerReferences: OwnerReference[] }
  | { readonly type: 'delete'; readonly policy: 'Orphan' | 'Background' | 'Foreground'; readonly unblock: boolean };

/** What becomes of an object whose owners are known. Source: garbagecollector.attemptToDeleteItem. */
export function planCollection({ object, absent, waiting, dependents }: Ownership): CollectionPlan {
  const { ownerReferences = [], finalizers = [] } = object.metadata;
  const solid = ownerReferences.filter(({ uid }) => !absent.has(uid) && !waiting.has(uid));
  if (ownerReferences.length === 0 || (solid.length > 0 && solid.length === ownerReferences.length))
    return { type: 'keep' };
  if (solid.length > 0) return { type: 'release', ownerReferences: solid };
  const isWaitedFor = ownerReferences.some(({ uid }) => waiting.has(uid));
  if (isWaitedFor && dependents.length > 0) {
    const unblock = dependents.some(
      ({ metadata }) => metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes('foregroundDeletion'),
    );
    return { type: 'delete', policy: 'Foreground', unblock };
  }
  if (finalizers.includes('orphan')) return { type: 'delete', policy: 'Orphan', unblock: false };
  return {
    type: 'delete',
    policy: finalizers.includes('foregroundDeletion') ? 'Foreground' : 'Background',
    unblock: false,
  };
}
