import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '#base/clock.ts';
import { SchedulingQueue } from './queue.ts';
import { pod } from './testing/objects.ts';

let clock: FakeClock;
let queue: SchedulingQueue;
let stop: AbortController;
beforeEach(() => {
  clock = fakeClock();
  queue = new SchedulingQueue(clock);
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  queue.close();
});

const next = async () => (await queue.next(stop.signal))?.pod.metadata.name;
const fit = new Set(['NodeResourcesFit']);

describe('the scheduling queue', () => {
  it('hands out the highest priority first, then the oldest', async () => {
    queue.add(pod('first', { priority: 0 }));
    await clock.advance(10);
    queue.add(pod('second', { priority: 0 }));
    queue.add(pod('urgent', { priority: 100 }));
    expect([await next(), await next(), await next()]).toEqual(['urgent', 'first', 'second']);
  });

  it('waits for a pod, and for the end', async () => {
    const waiting = next();
    queue.add(pod('late'));
    expect(await waiting).toBe('late');
    const never = next();
    stop.abort();
    expect(await never).toBeUndefined();
  });

  it('backs off a pod whose attempt failed: 1 s, 2 s, 4 s … at most 10 s', async () => {
    queue.add(pod('p'));
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      const entry = await queue.next(stop.signal);
      if (!entry) throw new Error('the queue is empty');
      queue.requeue(entry, new Set());
      const since = clock.now();
      while (queue.counts.active === 0) await clock.advance(500);
      waits.push(clock.now() - since);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('leaves a rejected pod alone until something happens that its plugins wait for', async () => {
    queue.add(pod('p'));
    const entry = await queue.next(stop.signal);
    if (entry) queue.requeue(entry, fit);
    queue.moveAllFor(new Set(['NodeAffinity']));
    expect(queue.counts).toEqual({ active: 0, backoff: 0, unschedulable: 1 });
    queue.moveAllFor(fit);
    expect(queue.counts).toEqual({ active: 0, backoff: 1, unschedulable: 0 });
    await clock.advance(1_000);
    expect(await next()).toBe('p');
  });

  it('does not miss what happened while the pod was being tried', async () => {
    queue.add(pod('p'));
    const entry = await queue.next(stop.signal);
    queue.moveAllFor(fit);
    if (entry) queue.requeue(entry, fit);
    expect(queue.counts.backoff).toBe(1);
  });

  it('tries a forgotten pod again after five minutes', async () => {
    queue.add(pod('p'));
    const entry = await queue.next(stop.signal);
    if (entry) queue.requeue(entry, fit);
    await clock.advance(5 * 60_000 + 1_000);
    expect(await next()).toBe('p');
  });

  it('forgets a pod that is gone, wherever it waits', async () => {
    queue.add(pod('p'));
    queue.remove('default/p');
    queue.add(pod('q'));
    const entry = await queue.next(stop.signal);
    queue.remove('default/q');
    if (entry) queue.requeue(entry, fit);
    expect(queue.counts).toEqual({ active: 0, backoff: 0, unschedulable: 0 });
  });

  it('keeps the newest version of a waiting pod without moving it', async () => {
    queue.add(pod('p'));
    queue.update(pod('p', { priority: 7 }));
    expect((await queue.next(stop.signal))?.pod.spec.priority).toBe(7);
  });
});
