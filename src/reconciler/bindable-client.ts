import { invariant } from '#base/invariant.ts';
import type { Client } from '#client/client.ts';

/** A client whose identity becomes known only once the controller that it is for has said its name. */
export function bindableClient(): { client: Client; bind: (target: Client) => void } {
  let bound: Client | undefined;
  const target = (): Client => {
    invariant(bound, 'a controller calls the API only after it was made');
    return bound;
  };
  const client: Client = {
    get user() {
      return bound?.user;
    },
    get: (resource, key, options) => target().get(resource, key, options),
    list: (resource, options) => target().list(resource, options),
    watch: (resource, options) => target().watch(resource, options),
    create: (resource, object, options) => target().create(resource, object, options),
    update: (resource, object, options) => target().update(resource, object, options),
    updateStatus: (resource, object, options) => target().updateStatus(resource, object, options),
    patch: (resource, to, patch, options) => target().patch(resource, to, patch, options),
    delete: (resource, key, options) => target().delete(resource, key, options),
    deleteCollection: (resource, options) => target().deleteCollection(resource, options),
    createSubresource: (resource, to, body, options) => target().createSubresource(resource, to, body, options),
  };
  return {
    client,
    bind: (client) => {
      bound = client;
    },
  };
}
