import { expect, it } from 'vitest';
import { fakeClock } from '#base/clock.ts';
import { createBackoff } from './backoff.ts';

const setUp = () => {
  const clock = fakeClock(0);
  return { clock, backoff: createBackoff({ now: () => clock.now(), initialMs: 10_000, maxMs: 300_000 }) };
};

it('doubles from 10 s up to 5 min', async () => {
  const { clock, backoff } = setUp();
  const delays: number[] = [];
  for (let i = 0; i < 7; i++) {
    backoff.next('k', clock.now());
    delays.push(backoff.delayMs('k') / 1000);
    await clock.advance(backoff.delayMs('k'));
  }
  expect(delays).toEqual([10, 20, 40, 80, 160, 300, 300]);
});

it('waits from the end of the container, not from the question', async () => {
  const { clock, backoff } = setUp();
  expect(backoff.waitMs('k', 0)).toBe(0);
  backoff.next('k', 0);
  await clock.advance(4000);
  expect(backoff.waitMs('k', 1000)).toBe(7000);
  await clock.advance(7000);
  expect(backoff.waitMs('k', 1000)).toBe(0);
});

it('starts anew after ten minutes of peace, and for each key by itself', async () => {
  const { clock, backoff } = setUp();
  backoff.next('k', 0);
  backoff.next('k', 0);
  expect(backoff.waitMs('other', 0)).toBe(0);
  await clock.advance(600_001);
  backoff.next('k', clock.now());
  expect(backoff.delayMs('k')).toBe(10_000);
  backoff.forget('k');
  expect(backoff.delayMs('k')).toBe(0);
});
