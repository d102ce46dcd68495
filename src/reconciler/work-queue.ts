import type { Clock } from '#base/clock.ts';

/** Delays of a failing key. Source: client-go workqueue.DefaultTypedControllerRateLimiter. */
const FIRST_RETRY_MS = 5;
const LONGEST_RETRY_MS = 1_000_000;

/**
 * Keys waiting to be reconciled. A key waits at most once and is never handed to two workers: what is added while
 * its key is being worked on comes back when the work is done.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #waiting = new Set<string>();
  readonly #again = new Set<string>();
  readonly #active = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { dueMs: number; cancel: () => void }>();
  readonly #idleWorkers: (() => void)[] = [];
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get depth(): number {
    return this.#waiting.size;
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#active.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#waiting.add(key);
    this.#idleWorkers.shift()?.();
  }

  /** Adds after `delayMs`; of several delays for one key the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.#closed) return;
    const dueMs = this.#clock.now() + delayMs;
    const pending = this.#timers.get(key);
    if (pending && pending.dueMs <= dueMs) return;
    pending?.cancel();
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { dueMs, cancel });
  }

  /** Adds after 5 ms, 10 ms … 1000 s, by how often the key failed since `forget`. */
  retry(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.addAfter(key, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures));
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, which the caller must give back with `done`; undefined when the queue has been closed. */
  async take(): Promise<string | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      const [key] = this.#waiting;
      if (key !== undefined) {
        this.#waiting.delete(key);
        this.#active.add(key);
        return key;
      }
      await new Promise<void>((resolve) => this.#idleWorkers.push(resolve));
    }
  }

  done(key: string): void {
    this.#active.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#timers.values()) cancel();
    this.#timers.clear();
    for (const wake of this.#idleWorkers.splice(0)) wake();
  }
}
