import type { KubeObject, ObjectKey } from '#apimachinery/object.ts';
import type { ApiHandler, ApiRequest, ApiResponse, UserInfo, WatchEvent } from '#apimachinery/request.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import { failure, StatusError } from '#apimachinery/status.ts';
import type { Status } from '#gen/meta/v1.ts';
import type { Client, DeleteCallOptions, ListCallOptions } from './client.ts';
import { deleteOptionsOf, requestOptionsOf } from './request-options.ts';

export interface InProcessIdentity {
  readonly user: UserInfo;
  readonly userAgent: string;
}

type Target = Pick<ApiRequest, 'verb' | 'resource'> & Partial<ApiRequest>;

/**
 * A client over the API handler in this process: no socket, no encoding and no copy. What it returns are the
 * server's own frozen objects; it passes the same authorization and admission as a request from afar.
 */
export function createClient(handler: ApiHandler, { user, userAgent }: InProcessIdentity): Client {
  const send = async (target: Target): Promise<ApiResponse> => {
    target.signal?.throwIfAborted();
    const response = await handler({
      namespace: '',
      name: '',
      subresource: '',
      options: {},
      user,
      userAgent,
      ...target,
    });
    if (response.kind === 'status' && response.code >= 400) throw new StatusError(response.status);
    return response;
  };
  const one = async <T extends KubeObject>(target: Target): Promise<T> => objectOf<T>(await send(target));
  return {
    user,
    get: (resource, { namespace, name }, options) =>
      one({
        verb: 'get',
        resource: asAny(resource),
        namespace,
        name,
        options: requestOptionsOf(options),
        signal: options?.signal,
      }),
    async list<T extends KubeObject>(resource: Resource<T>, options: ListCallOptions = {}) {
      const { namespace = '', signal } = options;
      const response = await send({
        verb: 'list',
        resource: asAny(resource),
        namespace,
        options: requestOptionsOf(options),
        signal,
      });
      if (response.kind !== 'list') throw unexpected('list', response.kind);
      const { items, resourceVersion, continue: more, remainingItemCount } = response;
      return { items: items as readonly T[], resourceVersion, continue: more, remainingItemCount };
    },
    async *watch<T extends KubeObject>(resource: Resource<T>, options: ListCallOptions = {}) {
      const { namespace = '', signal } = options;
      const response = await send({
        verb: 'watch',
        resource: asAny(resource),
        namespace,
        options: requestOptionsOf(options),
        signal,
      });
      if (response.kind !== 'watch') throw unexpected('watch', response.kind);
      for await (const event of response.events) yield refuseErrors(event as WatchEvent<T>);
    },
    create: (resource, object, options) => {
      const body = withKind(resource, object);
      const namespace = body.metadata.namespace ?? '';
      return one({
        verb: 'create',
        resource: asAny(resource),
        namespace,
        body,
        options: requestOptionsOf(options),
        signal: options?.signal,
      });
    },
    update: (resource, object, options) =>
      one({
        verb: 'update',
        resource: asAny(resource),
        ...targetOf(object),
        subresource: options?.subresource ?? '',
        body: withKind(resource, object),
        options: requestOptionsOf(options),
        signal: options?.signal,
      }),
    updateStatus: (resource, object, options) =>
      one({
        verb: 'update',
        resource: asAny(resource),
        ...targetOf(object),
        subresource: 'status',
        body: withKind(resource, object),
        options: requestOptionsOf(options),
        signal: options?.signal,
      }),
    patch: (resource, { namespace, name, subresource = '' }, patch, options) =>
      one({
        verb: 'patch',
        resource: asAny(resource),
        namespace,
        name,
        subresource,
        body: patch,
        options: requestOptionsOf(options),
        signal: options?.signal,
      }),
    async delete<T extends KubeObject>(
      resource: Resource<T>,
      { namespace, name }: ObjectKey,
      options: DeleteCallOptions = {},
    ) {
      const body = deleteOptionsOf(options) as unknown as KubeObject;
      const response = await send({
        verb: 'delete',
        resource: asAny(resource),
        namespace,
        name,
        body,
        options: requestOptionsOf(options),
        signal: options.signal,
      });
      return response.kind === 'object' ? (response.object as T) : undefined;
    },
    async deleteCollection(resource, options) {
      const body = deleteOptionsOf(options) as unknown as KubeObject;
      const { namespace = '', signal } = options;
      await send({ verb: 'deletecollection', resource, namespace, body, options: requestOptionsOf(options), signal });
    },
    createSubresource: (resource, { namespace, name, subresource }, body, options) =>
      one({
        verb: 'create',
        resource,
        namespace,
        name,
        subresource,
        body: body as unknown as KubeObject,
        options: requestOptionsOf(options),
        signal: options?.signal,
      }),
  };
}

const asAny = <T extends KubeObject>(resource: Resource<T>): Resource => resource as unknown as Resource;

const targetOf = ({ metadata }: KubeObject) => ({ namespace: metadata.namespace ?? '', name: metadata.name });

/** The object with apiVersion and kind of its resource filled in where the caller left them out. */
export function withKind<T extends KubeObject>(resource: Resource<T>, object: object): KubeObject {
  const typed = object as KubeObject;
  if (typed.apiVersion && typed.kind) return typed;
  return { ...typed, apiVersion: apiVersionOf(resource), kind: resource.kind };
}

/** Passes an event on. @throws {StatusError} for an ERROR event, which carries a Status. */
export function refuseErrors<T extends KubeObject>(event: WatchEvent<T>): WatchEvent<T> {
  if (event.type === 'ERROR') throw new StatusError(event.object as unknown as Status);
  return event;
}

function objectOf<T extends KubeObject>(response: ApiResponse): T {
  if (response.kind === 'object') return response.object as T;
  if (response.kind === 'status') return response.status as unknown as T;
  throw unexpected('object', response.kind);
}

const unexpected = (wanted: string, got: string): StatusError =>
  failure({
    code: 500,
    reason: 'InternalError',
    message: `the server answered with a ${got} where a ${wanted} was expected`,
  });
