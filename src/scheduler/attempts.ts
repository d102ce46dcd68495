/** What one try to place a pod found out, for whoever asks why. Plain data. */
export interface Attempt {
  /** `namespace/name` */
  readonly pod: string;
  readonly uid: string;
  readonly attempt: number;
  readonly atMs: number;
  readonly tookMs: number;
  readonly result: 'scheduled' | 'unschedulable' | 'error';
  readonly nodeName?: string | undefined;
  readonly message?: string | undefined;
  /** Nodes that a filter refused, with the plugin and its reasons. */
  readonly refused: readonly { readonly node: string; readonly plugin: string; readonly reasons: readonly string[] }[];
  /** Nodes that fitted: score of each plugin times its weight, and the sum. */
  readonly scored: readonly {
    readonly node: string;
    readonly total: number;
    readonly scores: Readonly<Record<string, number>>;
  }[];
}

/** The latest attempts, oldest first; bounded by pods and by attempts a pod. */
export interface AttemptLog {
  record(attempt: Attempt): void;
  of(pod: string): readonly Attempt[];
}

export function createAttemptLog({ pods = 1_000, each = 5 }: { pods?: number; each?: number } = {}): AttemptLog {
  const byPod = new Map<string, Attempt[]>();
  return {
    record(attempt) {
      const known = byPod.get(attempt.pod) ?? [];
      // Taken out and put back, so that the least recently tried pod is the first to go.
      byPod.delete(attempt.pod);
      byPod.set(attempt.pod, [...known.slice(1 - each), attempt]);
      const [oldest] = byPod.keys();
      if (byPod.size > pods && oldest !== undefined) byPod.delete(oldest);
    },
    of: (pod) => byPod.get(pod) ?? [],
  };
}
