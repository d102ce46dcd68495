import { describe, expect, it } from 'vitest';
import { createAttemptLog } from './attempts.ts';
import { SchedulerCache } from './cache.ts';
import { node, pod } from './testing/objects.ts';

const placed = (name: string, nodeName: string) => pod(name, { nodeName, requests: { cpu: '1' } });
const cpuOn = (cache: SchedulerCache, name: string) => cache.get(name)?.requested.get('cpu') ?? 0;

describe('the scheduler cache', () => {
  it('counts an assumed pod at once, and once when the API says the same', () => {
    const cache = new SchedulerCache();
    cache.setNode(node('a'));
    cache.assume(pod('p', { requests: { cpu: '1' } }), 'a');
    expect(cpuOn(cache, 'a')).toBe(1_000);
    cache.setPod(placed('p', 'a'));
    expect(cpuOn(cache, 'a')).toBe(1_000);
    cache.forget('default/p');
    expect(cpuOn(cache, 'a')).toBe(1_000);
  });

  it('takes an assumption back when binding failed', () => {
    const cache = new SchedulerCache();
    cache.setNode(node('a'));
    cache.assume(pod('p', { requests: { cpu: '1' } }), 'a');
    cache.forget('default/p');
    expect(cpuOn(cache, 'a')).toBe(0);
  });

  it('counts pods that were seen before their node, and keeps them when the node changes or comes back', () => {
    const cache = new SchedulerCache();
    cache.setPod(placed('p', 'a'));
    cache.setNode(node('a'));
    expect(cpuOn(cache, 'a')).toBe(1_000);
    cache.setNode(node('a', { unschedulable: true }));
    expect(cpuOn(cache, 'a')).toBe(1_000);
    cache.removeNode('a');
    expect(cache.nodes).toEqual([]);
    cache.setNode(node('a'));
    expect(cpuOn(cache, 'a')).toBe(1_000);
    cache.removePod('default/p');
    expect(cpuOn(cache, 'a')).toBe(0);
  });
});

describe('the log of attempts', () => {
  const attempt = (name: string, number: number) => ({
    pod: name,
    uid: name,
    attempt: number,
    atMs: 0,
    tookMs: 0,
    result: 'scheduled' as const,
    refused: [],
    scored: [],
  });
  it('keeps the latest attempts of the pods tried last', () => {
    const log = createAttemptLog({ pods: 2, each: 2 });
    for (const number of [1, 2, 3]) log.record(attempt('a', number));
    log.record(attempt('b', 1));
    log.record(attempt('a', 4));
    log.record(attempt('c', 1));
    expect(log.of('a').map(({ attempt: number }) => number)).toEqual([3, 4]);
    expect(log.of('b')).toEqual([]);
    expect(log.of('c')).toHaveLength(1);
  });
});
