import type { Frontend } from '../../state.ts';
import { type Bucket, bucketsOf, type Element, elementsOf } from './elements.ts';

/** What the kernel holds: elements with how many frontends need each, and the buckets whose rules exist. */
export interface Applied {
  readonly frontends: Map<string, Frontend>;
  readonly elements: Map<string, { element: Element; uses: number }>;
  readonly buckets: Set<string>;
}

export const nothingApplied = (): Applied => ({ frontends: new Map(), elements: new Map(), buckets: new Set() });

/** The smallest set of changes from what is applied to what is wanted. */
export interface Changes {
  readonly newBuckets: readonly Bucket[];
  readonly remove: readonly Element[];
  readonly add: readonly Element[];
  /** What is applied once the changes are made. */
  readonly result: Applied;
}

/** Compares frontends by identity, so that what did not change costs nothing. */
export function planChanges(applied: Applied, wanted: ReadonlyMap<string, Frontend>): Changes {
  const gone = [...applied.frontends.values()].filter((frontend) => wanted.get(frontend.id) !== frontend);
  const fresh = [...wanted.values()].filter((frontend) => applied.frontends.get(frontend.id) !== frontend);
  const uses = new Map<string, { element: Element; delta: number }>();
  const count = (frontends: readonly Frontend[], delta: number) => {
    for (const element of frontends.flatMap(elementsOf)) {
      const id = idOf(element);
      const entry = uses.get(id) ?? { element, delta: 0 };
      uses.set(id, { element, delta: entry.delta + delta });
    }
  };
  count(gone, -1);
  count(fresh, 1);
  const remove: Element[] = [];
  const add: Element[] = [];
  const elements = new Map(applied.elements);
  for (const [id, { element, delta }] of uses) {
    const before = elements.get(id)?.uses ?? 0;
    const after = before + delta;
    if (before > 0 && after === 0) remove.push(element);
    if (before === 0 && after > 0) add.push(element);
    if (after > 0) elements.set(id, { element, uses: after });
    else elements.delete(id);
  }
  const newBuckets = new Map<string, Bucket>();
  for (const bucket of fresh.flatMap(bucketsOf))
    if (!applied.buckets.has(bucket.name)) newBuckets.set(bucket.name, bucket);
  const result = { frontends: new Map(wanted), elements, buckets: new Set([...applied.buckets, ...newBuckets.keys()]) };
  return { newBuckets: [...newBuckets.values()], remove, add, result };
}

/** A map element with another value is another element: it is removed and added in the same transaction. */
const idOf = ({ set, key, value }: Element) => `${set} ${key} ${value ?? ''}`;

/** The `delete element` and `add element` commands, one a set; removals first. */
export function elementCommands(table: string, { remove, add }: Pick<Changes, 'remove' | 'add'>): string {
  const commands = (verb: 'delete' | 'add', elements: readonly Element[]) =>
    [...Map.groupBy(elements, ({ set }) => set)].map(([set, members]) => {
      const list = members.map(({ key, value }) =>
        value === undefined || verb === 'delete' ? key : `${key} : ${value}`,
      );
      return `${verb} element ip ${table} ${set} { ${list.join(', ')} }\n`;
    });
  return [...commands('delete', remove), ...commands('add', add)].join('');
}
