import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SortedKeys } from './sorted-keys.ts';

const key = fc.stringMatching(/^\/(pods|pods2|nodes)\/[a-c]{0,3}$/);
const step = fc.record({ add: fc.boolean(), key });

describe('SortedKeys', () => {
  it('agrees with a sorted set under any sequence of additions and removals', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), key, (steps, prefix) => {
        const keys = new SortedKeys();
        const model = new Set<string>();
        for (const { add, key: name } of steps) {
          if (add) keys.add(name);
          else keys.delete(name);
          if (add) model.add(name);
          else model.delete(name);
        }
        const expected = [...model].filter((name) => name.startsWith(prefix)).sort();
        expect([...keys.withPrefix(prefix)]).toEqual(expected);
        expect([...keys.withPrefix('/')]).toEqual([...model].sort());
      }),
    );
  });

  it('stays in order through many splits and merges', () => {
    const keys = new SortedKeys();
    const names = Array.from({ length: 5_000 }, (_, n) => `/pods/${String((n * 7919) % 5_000).padStart(5, '0')}`);
    for (const name of names) keys.add(name);
    expect([...keys.withPrefix('/pods/')]).toEqual([...names].sort());
    for (const name of names.slice(0, 4_900)) keys.delete(name);
    expect([...keys.withPrefix('/pods/')]).toEqual(names.slice(4_900).sort());
  });
});
