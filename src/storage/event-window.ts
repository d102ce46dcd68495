import type { CacheEvent } from './watch-cache.ts';

/** The newest events in memory, from which most watches resume. */
export class EventWindow {
  readonly #capacity: number;
  #events: CacheEvent[] = [];
  /** Every event after this revision is in the window. */
  #after: number;

  constructor(capacity: number, after: number) {
    this.#capacity = capacity;
    this.#after = after;
  }

  push(event: CacheEvent): void {
    this.#events.push(event);
    // Trimmed by halves, so that the cost per event stays constant.
    if (this.#events.length < this.#capacity * 2) return;
    const dropped = this.#events.splice(0, this.#capacity);
    this.#after = dropped.at(-1)?.revision ?? this.#after;
  }

  covers(after: number): boolean {
    return after >= this.#after;
  }

  since(after: number, prefix: string): CacheEvent[] {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.revision ?? 0) <= after) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low).filter((event) => event.key.startsWith(prefix));
  }
}
