import { describe, expect, it } from 'vitest';
import { fakeClock } from '#base/clock.ts';
import { WorkQueue } from './work-queue.ts';

describe('work queue', () => {
  it('holds a key once, however often it is added', async () => {
    const queue = new WorkQueue(fakeClock());
    for (const key of ['a', 'b', 'a']) queue.add(key);
    expect(queue.depth).toBe(2);
    expect([await queue.take(), await queue.take()]).toEqual(['a', 'b']);
  });

  it('never hands out a key that is being worked on, and brings it back afterwards', async () => {
    const queue = new WorkQueue(fakeClock());
    queue.add('a');
    await queue.take();
    queue.add('a');
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await queue.take()).toBe('a');
  });

  it('waits 5 ms after the first failure and twice as long after each further one', async () => {
    const clock = fakeClock();
    const queue = new WorkQueue(clock);
    for (const delayMs of [5, 10, 20, 40]) {
      queue.retry('a');
      await clock.advance(delayMs - 1);
      expect(queue.depth).toBe(0);
      await clock.advance(1);
      expect(queue.depth).toBe(1);
      queue.done((await queue.take()) ?? '');
    }
    queue.forget('a');
    queue.retry('a');
    await clock.advance(5);
    expect(queue.depth).toBe(1);
  });

  it('keeps the earliest of several delays', async () => {
    const clock = fakeClock();
    const queue = new WorkQueue(clock);
    queue.addAfter('a', 100);
    queue.addAfter('a', 10);
    queue.addAfter('a', 1000);
    await clock.advance(10);
    expect(await queue.take()).toBe('a');
    queue.done('a');
    await clock.advance(2000);
    expect(queue.depth).toBe(0);
  });

  it('sends its workers home when it closes', async () => {
    const queue = new WorkQueue(fakeClock());
    const idle = queue.take();
    queue.close();
    expect(await idle).toBeUndefined();
  });
});
