import { AsyncLocalStorage } from 'node:async_hooks';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Client } from '#client/client.ts';
import type { OwnWrite } from '#client/informer-set.ts';

/**
 * Remembers what a reconcile wrote, so that its key is not looked at again before the informers show it.
 * This takes the place of upstream's per-controller expectations.
 */
export interface OwnWrites {
  /** The same client, with its writes noted. */
  wrap(client: Client): Client;
  /** Runs one reconcile; `noted` fills while it runs. */
  during<R>(noted: OwnWrite[], run: () => Promise<R>): Promise<R>;
}

export function createOwnWrites(): OwnWrites {
  const scope = new AsyncLocalStorage<OwnWrite[]>();
  const note = <T extends KubeObject>(resource: Resource<T>, verb: OwnWrite['verb'], object: T | undefined): void => {
    if (object?.metadata?.resourceVersion === undefined) return;
    scope.getStore()?.push({ resource: resource as unknown as Resource, verb, object });
  };
  const noted = async <T extends KubeObject>(resource: Resource<T>, written: Promise<T>): Promise<T> => {
    const object = await written;
    note(resource, 'write', object);
    return object;
  };
  return {
    during: (list, run) => scope.run(list, run),
    wrap: (client) => ({
      user: client.user,
      get: (resource, key, options) => client.get(resource, key, options),
      list: (resource, options) => client.list(resource, options),
      watch: (resource, options) => client.watch(resource, options),
      create: (resource, object, options) => noted(resource, client.create(resource, object, options)),
      update: (resource, object, options) => noted(resource, client.update(resource, object, options)),
      updateStatus: (resource, object, options) => noted(resource, client.updateStatus(resource, object, options)),
      patch: (resource, target, patch, options) => noted(resource, client.patch(resource, target, patch, options)),
      async delete(resource, key, options) {
        const object = await client.delete(resource, key, options);
        note(resource, 'delete', object);
        return object;
      },
      deleteCollection: (resource, options) => client.deleteCollection(resource, options),
      createSubresource: (resource, target, body, options) => client.createSubresource(resource, target, body, options),
    }),
  };
}
