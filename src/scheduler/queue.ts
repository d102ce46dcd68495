import { keyOf } from '#apimachinery/object.ts';
import type { Clock } from '#base/clock.ts';
import type { Pod } from '#gen/core/v1.ts';

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 10_000;
/** A pod that no event freed is tried again after this time. */
const FLUSH_AFTER_MS = 5 * 60_000;

export interface QueuedPod {
  readonly pod: Pod;
  readonly attempts: number;
  readonly addedMs: number;
  /** Plugins that rejected it last; an event that none of them waits for leaves it where it is. */
  readonly rejectedBy: ReadonlySet<string>;
}

/**
 * Pods that wait for a node: those to try now (highest priority first, then the oldest), those that back off, and those
 * that no known event has freed since they were rejected.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #active = new Map<string, QueuedPod>();
  readonly #backingOff = new Map<string, { entry: QueuedPod; cancel: () => void }>();
  readonly #unschedulable = new Map<string, { entry: QueuedPod; cancel: () => void }>();
  /** Pods handed out and not yet done; with the news that came meanwhile. */
  readonly #inFlight = new Map<string, { moved: boolean }>();
  #wake: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get counts(): { active: number; backoff: number; unschedulable: number } {
    return {
      active: this.#active.size,
      backoff: this.#backingOff.size,
      unschedulable: this.#unschedulable.size,
    };
  }

  /** A new pod, or a changed one that may fit now. */
  add(pod: Pod): void {
    const before = this.#take(keyOf(pod));
    this.#activate({
      pod,
      attempts: before?.attempts ?? 0,
      addedMs: before?.addedMs ?? this.#clock.now(),
      rejectedBy: new Set(),
    });
  }

  /** Replaces a waiting pod's object without moving it. */
  update(pod: Pod): void {
    const key = keyOf(pod);
    const active = this.#active.get(key);
    if (active) this.#active.set(key, { ...active, pod });
    const waiting = this.#backingOff.get(key) ?? this.#unschedulable.get(key);
    if (waiting) waiting.entry = { ...waiting.entry, pod };
  }

  remove(key: string): void {
    this.#take(key);
    this.#inFlight.delete(key);
  }

  has(key: string): boolean {
    return this.#active.has(key) || this.#backingOff.has(key) || this.#unschedulable.has(key);
  }

  /** The next pod to try; waits for one. Undefined once `signal` aborts. */
  async next(signal: AbortSignal): Promise<QueuedPod | undefined> {
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      while (!signal.aborted) {
        const best = this.#best();
        if (best) {
          this.#active.delete(keyOf(best.pod));
          this.#inFlight.set(keyOf(best.pod), { moved: false });
          return { ...best, attempts: best.attempts + 1 };
        }
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      return undefined;
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  /** The pod found its node, or is gone. */
  done(key: string): void {
    this.#inFlight.delete(key);
  }

  /** The pod found no node; `rejectedBy` decides which events try it again. Errors (nobody rejected) just back off. */
  requeue(entry: QueuedPod, rejectedBy: ReadonlySet<string>): void {
    const key = keyOf(entry.pod);
    const flight = this.#inFlight.get(key);
    this.#inFlight.delete(key);
    if (!flight || this.has(key)) return;
    const waiting = { ...entry, rejectedBy };
    if (flight.moved || rejectedBy.size === 0) return this.#backOff(waiting);
    const cancel = this.#clock.after(FLUSH_AFTER_MS, () => this.#move(key));
    this.#unschedulable.set(key, { entry: waiting, cancel });
  }

  /** Something changed that one of `plugins` may have waited for. */
  moveAllFor(plugins: ReadonlySet<string>): void {
    for (const flight of this.#inFlight.values()) flight.moved = true;
    for (const [key, { entry }] of [...this.#unschedulable]) {
      if ([...entry.rejectedBy].some((plugin) => plugins.has(plugin))) this.#move(key);
    }
  }

  close(): void {
    for (const { cancel } of [...this.#backingOff.values(), ...this.#unschedulable.values()]) cancel();
    this.#wake();
  }

  #move(key: string): void {
    const waiting = this.#unschedulable.get(key);
    if (!waiting) return;
    waiting.cancel();
    this.#unschedulable.delete(key);
    this.#backOff(waiting.entry);
  }

  #backOff(entry: QueuedPod): void {
    const key = keyOf(entry.pod);
    const delayMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (entry.attempts - 1));
    const cancel = this.#clock.after(delayMs, () => {
      const current = this.#backingOff.get(key);
      this.#backingOff.delete(key);
      if (current) this.#activate(current.entry);
    });
    this.#backingOff.set(key, { entry, cancel });
  }

  #activate(entry: QueuedPod): void {
    this.#active.set(keyOf(entry.pod), entry);
    this.#wake();
  }

  #take(key: string): QueuedPod | undefined {
    const waiting = this.#backingOff.get(key) ?? this.#unschedulable.get(key);
    waiting?.cancel();
    this.#backingOff.delete(key);
    this.#unschedulable.delete(key);
    const active = this.#active.get(key);
    this.#active.delete(key);
    return waiting?.entry ?? active;
  }

  #best(): QueuedPod | undefined {
    let best: QueuedPod | undefined;
    for (const entry of this.#active.values()) if (!best || isBefore(entry, best)) best = entry;
    return best;
  }
}

/** Source: plugin PrioritySort. */
function isBefore(a: QueuedPod, b: QueuedPod): boolean {
  const [first, second] = [a.pod.spec.priority ?? 0, b.pod.spec.priority ?? 0];
  return first === second ? a.addedMs < b.addedMs : first > second;
}
