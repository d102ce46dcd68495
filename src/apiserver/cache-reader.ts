import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { WatchCache } from '#storage/watch-cache.ts';
import type { Reader } from './reader.ts';
import { fromStored } from './registry/engine/versions.ts';
import { storageKey, storagePrefix } from './storage-keys.ts';

/** Reads from the watch cache, in whatever version is asked for. */
export function cacheReader(cache: WatchCache): Reader {
  return {
    get<T extends KubeObject>(resource: Resource<T>, key: { namespace: string; name: string }) {
      const plain = resource as unknown as Resource;
      const stored = cache.get(storageKey(plain, key));
      return stored && (fromStored(plain, stored) as T);
    },
    list<T extends KubeObject>(resource: Resource<T>, namespace?: string) {
      const plain = resource as unknown as Resource;
      return cache.list(storagePrefix(plain, namespace)).map(({ object }) => fromStored(plain, object) as T);
    },
    onChange: (resource, callback) => cache.onEvent(storagePrefix(resource), callback),
  };
}
