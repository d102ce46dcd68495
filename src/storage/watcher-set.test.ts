import { describe, expect, it } from 'vitest';
import type { KubeObject } from '#apimachinery/object.ts';
import type { CacheEvent } from './watch-cache.ts';
import { WatcherSet } from './watcher-set.ts';

const PODS = '/registry/pods/';
const on = (node: string): KubeObject => ({
  metadata: { name: 'a', uid: '', resourceVersion: '', creationTimestamp: '', labels: { node } },
});
const change = (now: string, was?: string): CacheEvent => ({
  type: was === undefined ? 'ADDED' : 'MODIFIED',
  key: `${PODS}default/a`,
  revision: 1,
  object: on(now),
  previous: was === undefined ? undefined : on(was),
});

let asked = 0;
const byNode = (value: string) => ({
  name: 'node',
  value,
  of: ({ metadata }: KubeObject) => {
    asked += 1;
    return metadata.labels?.['node'] ?? '';
  },
});

function visited(set: WatcherSet<string>, event: CacheEvent, prefix = PODS): string[] {
  const seen: string[] = [];
  set.forEach(prefix, event, (watcher) => seen.push(watcher));
  return seen.sort();
}

describe('the watchers of a prefix', () => {
  it('are asked once for an event, however many watch other values', () => {
    const set = new WatcherSet<string>();
    for (let node = 0; node < 1_000; node++) set.add(PODS, `kubelet-${node}`, byNode(`node-${node}`));
    set.add(PODS, 'scheduler');
    asked = 0;
    expect(visited(set, change('node-7'))).toEqual(['kubelet-7', 'scheduler']);
    expect(asked).toBe(1);
  });

  it.each([
    ['enters', change('b', ''), ['b']],
    ['moves', change('b', 'a'), ['a', 'b']],
    ['stays', change('a', 'a'), ['a']],
    ['is elsewhere', change('c', 'd'), []],
  ])('learn of what %s', (_, event, watchers) => {
    const set = new WatcherSet<string>();
    set.add(PODS, 'a', byNode('a'));
    set.add(PODS, 'b', byNode('b'));
    expect(visited(set, event)).toEqual(watchers);
  });

  it('hear of their own prefix alone, until they leave', () => {
    const set = new WatcherSet<string>();
    const leave = [set.add(PODS, 'a', byNode('a')), set.add(PODS, 'b', byNode('a')), set.add(PODS, 'c')];
    expect(visited(set, change('a'), '/registry/nodes/')).toEqual([]);
    expect(visited(set, change('a'))).toEqual(['a', 'b', 'c']);
    leave[0]?.();
    expect(visited(set, change('a'))).toEqual(['b', 'c']);
    leave[1]?.();
    leave[2]?.();
    expect(visited(set, change('a'))).toEqual([]);
    set.add(PODS, 'again', byNode('a'));
    expect(visited(set, change('a'))).toEqual(['again']);
  });
});
