import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { StorageDriver } from './driver.ts';

export interface CompactorOptions {
  readonly driver: StorageDriver;
  readonly clock: Clock;
  readonly log: Logger;
  /** How much history is kept, at least; default 5 minutes, as upstream. */
  readonly keepMs?: number;
}

const KEEP_MS = 5 * 60_000;

/** Forgets, at each turn, what was already old at the turn before. Idle stores cost nothing: no new revision, no work. */
export function startCompactor({ driver, clock, log, keepMs = KEEP_MS }: CompactorOptions): AsyncDisposable {
  let previous = 0;
  let running: Promise<void> | undefined;
  let cancel = () => {};
  const turn = async () => {
    const revision = await driver.currentRevision();
    if (previous > 0 && previous < revision) await driver.compact(previous);
    previous = revision;
  };
  const arm = () => {
    cancel = clock.after(keepMs, () => {
      running = turn()
        .catch((error: unknown) => log.warn('history was not compacted', { err: error }))
        .finally(arm);
    });
  };
  arm();
  return {
    async [Symbol.asyncDispose]() {
      await running;
      cancel();
    },
  };
}
