interface Entry {
  delayMs: number;
  updatedAtMs: number;
}

export interface Backoff {
  /** How long to wait still, counted from `sinceMs`; 0 when it is time. */
  waitMs(key: string, sinceMs: number): number;
  /** The delay now in force for the key. */
  delayMs(key: string): number;
  /** Doubles the delay, for the next failure. */
  next(key: string, sinceMs: number): void;
  forget(prefix: string): void;
}

export interface BackoffOptions {
  readonly now: () => number;
  readonly initialMs: number;
  readonly maxMs: number;
  /** After so long without a failure the delay starts anew. Default twice the maximum. */
  readonly resetAfterMs?: number | undefined;
}

/** Source: client-go util/flowcontrol.Backoff. */
export function createBackoff({ now, initialMs, maxMs, resetAfterMs = 2 * maxMs }: BackoffOptions): Backoff {
  const entries = new Map<string, Entry>();
  const live = (key: string, sinceMs: number): Entry | undefined => {
    const entry = entries.get(key);
    return entry && sinceMs - entry.updatedAtMs <= resetAfterMs ? entry : undefined;
  };
  return {
    waitMs: (key, sinceMs) => Math.max(0, (live(key, sinceMs)?.delayMs ?? 0) - (now() - sinceMs)),
    delayMs: (key) => entries.get(key)?.delayMs ?? 0,
    next(key, sinceMs) {
      const entry = live(key, sinceMs);
      entries.set(key, { delayMs: entry ? Math.min(entry.delayMs * 2, maxMs) : initialMs, updatedAtMs: now() });
    },
    forget(prefix) {
      for (const key of entries.keys()) if (key.startsWith(prefix)) entries.delete(key);
    },
  };
}
