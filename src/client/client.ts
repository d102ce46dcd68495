import type { Creatable, KubeObject, ObjectKey } from '#apimachinery/object.ts';
import type { Patch, RequestOptions, UserInfo, WatchEvent } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';

/**
 * The typed client: all that a component knows of the cluster. It is made over an ApiHandler (in-process) or over
 * HTTPS; the caller cannot tell which. Every method throws StatusError for what the server refused.
 */
export interface Client {
  /** The identity that requests carry, where the transport knows it (in-process). */
  readonly user?: UserInfo | undefined;
  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options?: CallOptions): Promise<T>;
  list<T extends KubeObject>(resource: Resource<T>, options?: ListCallOptions): Promise<Listed<T>>;
  watch<T extends KubeObject>(resource: Resource<T>, options?: ListCallOptions): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(resource: Resource<T>, object: Creatable<T>, options?: WriteOptions): Promise<T>;
  update<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options?: WriteOptions & { readonly subresource?: string | undefined },
  ): Promise<T>;
  updateStatus<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    target: ObjectKey & { readonly subresource?: string },
    patch: Patch,
    options?: WriteOptions,
  ): Promise<T>;
  /** @returns the object as it was last (it may still wait for finalizers or grace), or undefined where it is gone. */
  delete<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options?: DeleteCallOptions,
  ): Promise<T | undefined>;
  deleteCollection(resource: Resource, options: ListCallOptions & DeleteCallOptions): Promise<void>;
  /** Creates through a subresource, such as `pods/binding`, `pods/eviction` or `serviceaccounts/token`. */
  createSubresource<B extends KubeObject, R extends KubeObject = B>(
    resource: Resource,
    target: ObjectKey & { readonly subresource: string },
    body: Creatable<B>,
    options?: WriteOptions,
  ): Promise<R>;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  resourceVersion?: string | undefined;
}

export interface ListCallOptions extends CallOptions {
  /** Empty or absent: all namespaces. */
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  limit?: number | undefined;
  continue?: string | undefined;
  resourceVersionMatch?: RequestOptions['resourceVersionMatch'];
  timeoutSeconds?: number | undefined;
  allowWatchBookmarks?: boolean | undefined;
  sendInitialEvents?: boolean | undefined;
}

export interface WriteOptions {
  signal?: AbortSignal | undefined;
  dryRun?: boolean | undefined;
  fieldManager?: string | undefined;
  force?: boolean | undefined;
}

export interface DeleteCallOptions extends WriteOptions {
  gracePeriodSeconds?: number | undefined;
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  preconditions?: { uid?: string | undefined; resourceVersion?: string | undefined } | undefined;
}

export interface Listed<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}
