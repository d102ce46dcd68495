import { configMaps } from '#api/core/v1/config-map.ts';
import { secrets } from '#api/core/v1/secret.ts';
import type { Clock } from '#base/clock.ts';
import type { Client } from '#client/client.ts';

export interface ReferenceWatch extends AsyncDisposable {
  /** Watches exactly these objects (`configmaps/ns/name`, `secrets/ns/name`) for the pod. */
  hold(podUid: string, references: ReadonlySet<string>): void;
}

interface Deps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly changed: (podUid: string) => void;
}

interface Watched {
  readonly holders: Set<string>;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

const PAUSE_MS = 1000;

/** One watch for each object that a pod's volumes show, by name, as node authorization allows it. */
export function watchReferences(client: Client, { clock, signal, changed }: Deps): ReferenceWatch {
  const watched = new Map<string, Watched>();

  const follow = async (reference: string, holders: ReadonlySet<string>, until: AbortSignal) => {
    const [kind, namespace = '', name = ''] = reference.split('/');
    const resource = kind === 'secrets' ? secrets : configMaps;
    const fieldSelector = `metadata.name=${name}`;
    while (!until.aborted) {
      try {
        for await (const _ of client.watch(resource as typeof configMaps, {
          namespace,
          fieldSelector,
          signal: until,
        })) {
          for (const uid of holders) changed(uid);
        }
      } catch {
        // The watch is opened again below; the pods read the object anew each time they are synced.
      }
      await clock.sleep(PAUSE_MS, until).catch(() => {});
    }
  };

  return {
    hold(podUid, references) {
      for (const [reference, { holders, stop }] of watched) {
        if (references.has(reference) || !holders.delete(podUid) || holders.size > 0) continue;
        stop.abort();
        watched.delete(reference);
      }
      for (const reference of references) {
        const known = watched.get(reference);
        if (known) {
          known.holders.add(podUid);
          continue;
        }
        const holders = new Set([podUid]);
        const stop = new AbortController();
        const done = follow(reference, holders, AbortSignal.any([stop.signal, signal]));
        watched.set(reference, { holders, stop, done });
      }
    },
    async [Symbol.asyncDispose]() {
      for (const { stop } of watched.values()) stop.abort();
      await Promise.all([...watched.values()].map(({ done }) => done));
    },
  };
}
