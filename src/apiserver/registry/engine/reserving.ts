import type { KubeObject } from '#apimachinery/object.ts';
import type { Reservation } from '../../strategy.ts';
import { type Call, strategyContext } from './core.ts';

/** Takes what the object needs beside its own place in the store. @throws {StatusError} where there is none left. */
export function reserve(call: Call, next: KubeObject, previous: KubeObject | undefined): Reservation | undefined {
  const taken = call.strategy.reserve?.(next, previous, strategyContext(call));
  return typeof taken === 'function' ? { undo: taken } : taken;
}

/** A reservation that also runs what waits for the write to be over, however it ends. */
export function settling(reserved: Reservation | undefined, after: readonly (() => void)[]): Reservation | undefined {
  if (after.length === 0) return reserved;
  const over = () => {
    for (const run of after) run();
  };
  return {
    undo() {
      reserved?.undo();
      over();
    },
    settle() {
      reserved?.settle?.();
      over();
    },
  };
}

/** Gives up what waits for a write that will not be. */
export async function orGiveUp<T>(after: readonly (() => void)[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (const run of after) run();
    throw error;
  }
}
