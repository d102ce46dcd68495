import type { Status } from '#gen/meta/v1.ts';
import type { KubeObject } from './object.ts';
import type { Resource, Verb } from './resource.ts';

/**
 * The seam that everything meets at: a request to the API as a plain value, and a function that answers it.
 * HTTP is one adapter of it, the in-process client another; both pass the same authentication, authorization,
 * admission and audit.
 */
export type ApiHandler = (request: ApiRequest) => Promise<ApiResponse>;

export interface UserInfo {
  readonly name: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface ApiRequest {
  readonly verb: Verb | 'connect';
  readonly resource: Resource;
  /** Empty for cluster-wide resources and for requests across all namespaces. */
  readonly namespace: string;
  /** Empty for list, watch, create and deletecollection. */
  readonly name: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly options: RequestOptions;
  /** Who asks. The HTTP layer fills it by authentication; in-process clients carry their component's identity. */
  readonly user: UserInfo;
  /** The decoded object of create and update; a Patch for patch; DeleteOptions for delete. */
  readonly body?: KubeObject | Patch | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The HTTP method of a `connect` request, from which its RBAC verb follows; default POST. */
  readonly method?: string | undefined;
  /** `User-Agent`, from which the default field manager follows. */
  readonly userAgent?: string | undefined;
  /** W3C traceparent of whoever caused this request. */
  readonly traceparent?: string | undefined;
  /** Receives one warning for the client (HTTP header `Warning: 299`). */
  readonly warn?: ((message: string) => void) | undefined;
}

/** Query parameters, named as upstream names them. Source: metav1 ListOptions, CreateOptions, PatchOptions … */
export interface RequestOptions {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly allowWatchBookmarks?: boolean | undefined;
  readonly sendInitialEvents?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict' | undefined;
  readonly force?: boolean | undefined;
  /** The raw query of `connect` verbs (exec, log, portforward, proxy). */
  readonly query?: URLSearchParams | undefined;
  /** The path behind `/proxy`, with its leading slash. */
  readonly proxyPath?: string | undefined;
}

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'
  | 'application/apply-patch+yaml';

export interface Patch {
  readonly patchType: PatchType;
  /** The parsed patch: an array for JSON patch, an object for the others. */
  readonly patch: unknown;
}

export type ApiResponse =
  | { readonly kind: 'object'; readonly code: 200 | 201 | 202; readonly object: KubeObject }
  | { readonly kind: 'status'; readonly code: number; readonly status: Status }
  | ListResponse
  | WatchResponse
  | ConnectResponse;

export interface ListResponse {
  readonly kind: 'list';
  readonly resource: Resource;
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}

export interface WatchResponse {
  readonly kind: 'watch';
  readonly resource: Resource;
  /**
   * Events in order of revision. One event is one shared, frozen value for all watchers, so that its encoding can be
   * cached by identity. Ends by itself at the timeout; returning the iterator stops the watch.
   */
  readonly events: AsyncIterable<WatchEvent>;
}

export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  /** For ERROR a metav1.Status; for BOOKMARK an object with only `metadata.resourceVersion`. */
  readonly object: T;
}

/** The answer to `connect`: where the HTTP layer forwards the bytes, after authorization and admission allowed it. */
export interface ConnectResponse {
  readonly kind: 'connect';
  readonly target: ConnectTarget;
}

export type ConnectTarget =
  /** The kubelet of a node, at a path such as `/containerLogs/<namespace>/<pod>/<container>?follow=true`. */
  | { readonly via: 'kubelet'; readonly nodeName: string; readonly path: string }
  /** An address in the cluster's network, reached through a node: `pods/proxy` and `services/proxy`. */
  | {
      readonly via: 'cluster';
      readonly nodeName?: string | undefined;
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly scheme: 'http' | 'https';
    };
