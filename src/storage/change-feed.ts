import type { Change } from './driver.ts';

/** Hands batches of changes to whoever listens, each listener with a queue of its own. */
export interface ChangeFeed {
  publish(changes: readonly Change[]): void;
  /** Listens from this moment on; leaving the iteration, or `signal`, stops it. */
  subscribe(prefix: string, signal: AbortSignal): AsyncIterable<readonly Change[]>;
  close(): void;
}

interface Listener {
  prefix: string;
  queue: Change[];
  wake: () => void;
}

export function createChangeFeed(): ChangeFeed {
  const listeners = new Set<Listener>();
  let isClosed = false;
  const wakeAll = () => {
    for (const listener of listeners) listener.wake();
  };
  return {
    publish(changes) {
      for (const listener of listeners) {
        const before = listener.queue.length;
        for (const change of changes) if (change.key.startsWith(listener.prefix)) listener.queue.push(change);
        if (listener.queue.length > before) listener.wake();
      }
    },
    subscribe(prefix, signal) {
      const listener: Listener = { prefix, queue: [], wake: () => {} };
      listeners.add(listener);
      return drain(listener, { signal, isDone: () => isClosed, leave: () => listeners.delete(listener) });
    },
    close() {
      isClosed = true;
      wakeAll();
    },
  };
}

interface DrainOptions {
  signal: AbortSignal;
  isDone: () => boolean;
  leave: () => void;
}

async function* drain(listener: Listener, { signal, isDone, leave }: DrainOptions): AsyncGenerator<readonly Change[]> {
  const onAbort = () => listener.wake();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      if (listener.queue.length > 0) {
        const batch = listener.queue;
        listener.queue = [];
        yield batch;
        continue;
      }
      if (isDone()) return;
      await new Promise<void>((resolve) => {
        listener.wake = resolve;
      });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    leave();
  }
}
