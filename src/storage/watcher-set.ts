import type { CacheEvent, WatchIndex } from './watch-cache.ts';

interface Indexed<W> {
  readonly of: WatchIndex['of'];
  readonly byValue: Map<string, Set<W>>;
}

/** Who watches which prefix; those who watch one value of an index are found by that value alone. */
export class WatcherSet<W> {
  readonly #plain = new Map<string, Set<W>>();
  readonly #indexed = new Map<string, Map<string, Indexed<W>>>();

  /** @returns what takes the watcher out again. */
  add(prefix: string, watcher: W, where?: WatchIndex): () => void {
    if (!where) return join(this.#plain, prefix, watcher);
    const { name, of, value } = where;
    const indexes = this.#indexed.get(prefix) ?? new Map<string, Indexed<W>>();
    this.#indexed.set(prefix, indexes);
    const index = indexes.get(name) ?? { of, byValue: new Map<string, Set<W>>() };
    indexes.set(name, index);
    const leave = join(index.byValue, value, watcher);
    return () => {
      leave();
      if (index.byValue.size === 0 && indexes.get(name) === index) indexes.delete(name);
      if (indexes.size === 0 && this.#indexed.get(prefix) === indexes) this.#indexed.delete(prefix);
    };
  }

  /** Each watcher of exactly this prefix that the event may concern, once. */
  forEach(prefix: string, event: CacheEvent, visit: (watcher: W, event: CacheEvent) => void): void {
    for (const watcher of this.#plain.get(prefix) ?? []) visit(watcher, event);
    for (const { of, byValue } of this.#indexed.get(prefix)?.values() ?? []) {
      const now = of(event.object);
      const was = event.previous ? of(event.previous) : now;
      for (const watcher of byValue.get(now) ?? []) visit(watcher, event);
      if (was !== now) for (const watcher of byValue.get(was) ?? []) visit(watcher, event);
    }
  }
}

function join<W>(sets: Map<string, Set<W>>, key: string, member: W): () => void {
  const members = sets.get(key) ?? new Set<W>();
  sets.set(key, members.add(member));
  return () => {
    members.delete(member);
    if (members.size === 0 && sets.get(key) === members) sets.delete(key);
  };
}
