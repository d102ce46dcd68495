import { events } from '#api/core/v1/event.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { StorageDriver } from '#storage/driver.ts';
import { RevisionMismatch } from '#storage/errors.ts';
import type { WatchCache } from '#storage/watch-cache.ts';
import { storagePrefix } from './storage-keys.ts';

/** Events live this long after they were last written. Source: --event-ttl. */
const TTL_MS = 3_600_000;
const SWEEP_MS = 60_000;

interface ExpiryOptions {
  driver: StorageDriver;
  cache: WatchCache;
  clock: Clock;
  log: Logger;
}

/** Forgets old events, once a minute, until disposed of. What was there at the start has its hour from then. */
export function expireEvents({ driver, cache, clock, log }: ExpiryOptions): Disposable {
  const prefix = storagePrefix(events as unknown as Resource);
  const writtenAt = new Map<string, number>(cache.list(prefix).map(({ key }) => [key, clock.now()]));
  const forget = cache.onEvent(prefix, ({ type, key }) => {
    // Deleted first, so that the map stays in order of writing.
    writtenAt.delete(key);
    if (type !== 'DELETED') writtenAt.set(key, clock.now());
  });
  async function sweep(): Promise<void> {
    for (const [key, at] of writtenAt) {
      if (clock.now() - at < TTL_MS) return;
      await expire(key);
    }
  }
  async function expire(key: string): Promise<void> {
    const revision = Number(cache.get(key)?.metadata.resourceVersion ?? 0);
    try {
      if (revision > 0) await driver.delete(key, { expect: revision });
      else writtenAt.delete(key);
    } catch (error) {
      // Written again in this moment: its hour starts anew.
      if (!(error instanceof RevisionMismatch)) throw error;
    }
  }
  let isOver = false;
  let cancel = () => {};
  const arm = () => {
    if (isOver) return;
    cancel = clock.after(SWEEP_MS, () => {
      sweep()
        .catch((error: unknown) => log.warn('old events could not be removed', { err: error }))
        .finally(arm);
    });
  };
  arm();
  return {
    [Symbol.dispose]() {
      isOver = true;
      cancel();
      forget();
    },
  };
}
