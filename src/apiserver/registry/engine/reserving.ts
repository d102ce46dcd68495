import type { KubeObject } from '#apimachinery/object.ts';
import type { Reservation } from '../../strategy.ts';
import { type Call, strategyContext } from './core.ts';

/** Takes what the object needs beside its own place in the store. @throws {StatusError} where there is none left. */
export function reserve(call: Call, next: KubeObject, previous: KubeObject | undefined): Reservation | undefined {
  const taken = call.strategy.reserve?.(next, previous, strategyContext(call));
  return typeof taken === 'function' ? { undo: taken } : taken;
}
