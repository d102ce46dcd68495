import { type KubeObject, keyOf } from '#apimachinery/object.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Client } from './client.ts';
import type { Informer, InformerSet } from './informer.ts';
import { type Reflector, startReflector } from './reflector.ts';

export interface InformerSetOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A write whose result the informers should show before its writer decides again. */
export interface OwnWrite {
  readonly resource: Resource;
  /** The object that the server answered with. */
  readonly object: KubeObject;
  readonly verb: 'write' | 'delete';
}

/** An InformerSet that can also say whether it has caught up with somebody's own writes. */
export interface TrackingInformerSet extends InformerSet {
  /** Resolves once the unfiltered informer of the resource, where there is one, shows the write or what came after it. */
  caughtUpWith(write: OwnWrite, signal: AbortSignal): Promise<void>;
}

/** One informer per resource and field selector, however many ask; all stop with the set. */
export function createInformerSet({ client, clock, log }: InformerSetOptions): TrackingInformerSet {
  const stop = new AbortController();
  const reflectors = new Map<string, Reflector<KubeObject>>();
  return {
    for<T extends KubeObject>(resource: Resource<T>, options: { fieldSelector?: string } = {}): Informer<T> {
      const id = idOf(resource as unknown as Resource, options.fieldSelector);
      const known = reflectors.get(id);
      if (known) return known as unknown as Reflector<T>;
      const started = startReflector<T>({ client, resource, clock, log, signal: stop.signal, ...options });
      reflectors.set(id, started as unknown as Reflector<KubeObject>);
      return started;
    },
    async synced(signal) {
      await Promise.all(
        [...reflectors.values()].map((each) => until(each, () => each.hasSynced, signal ?? stop.signal)),
      );
    },
    async caughtUpWith(write, signal) {
      const reflector = reflectors.get(idOf(write.resource, undefined));
      if (reflector) await until(reflector, () => shows(reflector, write), signal);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all([...reflectors.values()].map(({ done }) => done));
    },
  };
}

const idOf = (resource: Resource, fieldSelector = ''): string =>
  `${apiVersionOf(resource)}/${resource.plural}?${fieldSelector}`;

function shows(reflector: Reflector<KubeObject>, { object, verb }: OwnWrite): boolean {
  const revision = Number(object.metadata.resourceVersion);
  if (verb === 'write') return reflector.revision >= revision;
  const cached = reflector.get(keyOf(object));
  return !cached || cached.metadata.uid !== object.metadata.uid || cached.metadata.deletionTimestamp !== undefined;
}

function until(reflector: Reflector<KubeObject>, holds: () => boolean, signal: AbortSignal): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = reflector.onProgress(() => {
      if (!holds()) return;
      finish();
      resolve();
    });
    const onAbort = () => {
      finish();
      reject(signal.reason as Error);
    };
    const finish = () => {
      stop();
      signal.removeEventListener('abort', onAbort);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
