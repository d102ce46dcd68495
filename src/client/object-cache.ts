import { type KubeObject, keyOf } from '#apimachinery/object.ts';
import type { InformerChange } from './informer.ts';

interface Index<T> {
  readonly valuesOf: (object: T) => readonly string[];
  readonly byValue: Map<string, Map<string, T>>;
}

/** The objects of one informer with their indices; namespaces are an index of their own. */
export class ObjectCache<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indices = new Map<string, Index<T>>();

  constructor() {
    this.addIndex(NAMESPACE, ({ metadata }) => [metadata.namespace ?? '']);
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(namespace?: string): readonly T[] {
    return namespace ? this.byIndex(NAMESPACE, namespace) : [...this.#objects.values()];
  }

  byIndex(index: string, value: string): readonly T[] {
    const found = this.#indices.get(index);
    if (!found) throw new RangeError(`there is no index ${index}`);
    return [...(found.byValue.get(value)?.values() ?? [])];
  }

  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void {
    if (this.#indices.has(name)) return;
    const index: Index<T> = { valuesOf, byValue: new Map() };
    this.#indices.set(name, index);
    for (const [key, object] of this.#objects) enter(index, key, object);
  }

  /** Takes in one object; undefined where the cache holds that very state already. */
  set(object: T): InformerChange<T> | undefined {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    if (previous && sameState(previous, object)) return undefined;
    for (const index of this.#indices.values()) {
      if (previous) leave(index, key, previous);
      enter(index, key, object);
    }
    this.#objects.set(key, object);
    return { type: 'set', object, previous };
  }

  remove(object: T): InformerChange<T> | undefined {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    if (!previous) return undefined;
    for (const index of this.#indices.values()) leave(index, key, previous);
    this.#objects.delete(key);
    return { type: 'remove', object };
  }

  /** Makes the cache hold exactly `objects`; yields what that changed. Readers never see it empty in between. */
  replace(objects: readonly T[]): InformerChange<T>[] {
    const kept = new Set(objects.map(keyOf));
    const gone = [...this.#objects].filter(([key]) => !kept.has(key));
    const removals = gone.map(([, object]) => this.remove(object));
    return [...removals, ...objects.map((object) => this.set(object))].filter((change) => change !== undefined);
  }
}

const NAMESPACE = 'namespace';

const sameState = (a: KubeObject, b: KubeObject): boolean =>
  a === b || (a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion);

function enter<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.valuesOf(object)) {
    const bucket = index.byValue.get(value) ?? new Map<string, T>();
    bucket.set(key, object);
    index.byValue.set(value, bucket);
  }
}

function leave<T>(index: Index<T>, key: string, object: T): void {
  for (const value of index.valuesOf(object)) {
    const bucket = index.byValue.get(value);
    bucket?.delete(key);
    if (bucket?.size === 0) index.byValue.delete(value);
  }
}
