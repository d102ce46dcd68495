import type { Creatable, KubeObject } from '#apimachinery/object.ts';
import type { ApiHandler } from '#apimachinery/request.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import { isAlreadyExists, isConflict, isNotFound } from '#apimachinery/status.ts';
import { APISERVER_USER } from '../authorization/chain.ts';

/**
 * Makes an object that the server needs, through the ordinary handler: created where it is missing, and updated where
 * `change` says how what is there falls short (it returns undefined where it does not).
 */
export async function ensureObject<T extends KubeObject>(
  handler: ApiHandler,
  resource: Resource<T>,
  { object, change }: { object: Creatable<T>; change?: (existing: T) => T | undefined },
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await createOrChange(handler, resource, { object, ...(change && { change }) });
    } catch (error) {
      const isRace = isConflict(error) || isAlreadyExists(error) || isNotFound(error);
      if (!isRace || attempt >= 4) throw error;
    }
  }
}

async function createOrChange<T extends KubeObject>(
  handler: ApiHandler,
  resource: Resource<T>,
  { object, change }: { object: Creatable<T>; change?: (existing: T) => T | undefined },
): Promise<void> {
  const { namespace = '', name = '' } = object.metadata;
  const asked = {
    resource: resource as unknown as Resource,
    namespace,
    subresource: '',
    options: {},
    user: APISERVER_USER,
    userAgent: 'kube-apiserver/v1.36',
  };
  const existing = await handler({ ...asked, verb: 'get', name }).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (existing === undefined) {
    const body = { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object } as unknown as KubeObject;
    await handler({ ...asked, verb: 'create', name: '', body });
    return;
  }
  if (existing.kind !== 'object') return;
  const changed = change?.(existing.object as T);
  if (changed) await handler({ ...asked, verb: 'update', name, body: changed });
}
