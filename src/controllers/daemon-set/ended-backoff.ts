import type { Clock } from '#base/clock.ts';
import type { DaemonSet } from '#gen/apps/v1.ts';

const FIRST_MS = 1_000;
const LONGEST_MS = 900_000;

/** Keeps a pod that ends at once from being replaced in a tight loop: 1 s, 2 s … 15 min per set, generation and node. */
export interface EndedBackoff {
  /** 0 when an ended pod may be removed now, which is noted; else how long to wait. */
  leftMs(set: DaemonSet, node: string): number;
}

export function endedBackoff(clock: Clock): EndedBackoff {
  const known = new Map<string, { delayMs: number; atMs: number }>();
  return {
    leftMs({ metadata }, node) {
      const key = `${metadata.uid}/${metadata.generation}/${node}`;
      const nowMs = clock.now();
      for (const [each, { atMs }] of known) if (nowMs - atMs > 2 * LONGEST_MS) known.delete(each);
      const last = known.get(key);
      if (last && nowMs < last.atMs + last.delayMs) return last.atMs + last.delayMs - nowMs;
      known.set(key, { delayMs: last ? Math.min(LONGEST_MS, last.delayMs * 2) : FIRST_MS, atMs: nowMs });
      return 0;
    },
  };
}
