/** Delays that grow by `factor` up to `maxMs`; each may be stretched by up to `jitter` of itself. */
export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly factor?: number;
  /** 0 (none) to 1 (up to twice as long). */
  readonly jitter?: number;
  readonly random?: () => number;
}

export interface Backoff {
  next(): number;
  reset(): void;
}

export function createBackoff(options: BackoffOptions): Backoff {
  const { initialMs, maxMs, factor = 2, jitter = 0, random = Math.random } = options;
  let failures = 0;
  return {
    next() {
      const baseMs = Math.min(maxMs, initialMs * factor ** failures);
      failures += 1;
      return baseMs * (1 + jitter * random());
    },
    reset() {
      failures = 0;
    },
  };
}
