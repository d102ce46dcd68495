/** What a URL and a method ask for. Source: upstream apiserver/pkg/endpoints/request/requestinfo.go. */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  readonly path: string;
  /** Of the API for resources (`list`), the method in lower case for paths. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
  /** All segments from the resource on. */
  readonly parts: readonly string[];
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/** @throws {URIError} when the path is not well percent-encoded. */
export function requestInfoOf(method: string, url: { path: string; query: URLSearchParams }): RequestInfo {
  const segments = url.path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent);
  const api = apiOf(segments);
  if (!api) return pathInfo(method, url.path);
  const isWatchPath = api.rest[0] === 'watch';
  const { namespace, parts } = scopeOf(isWatchPath ? api.rest.slice(1) : api.rest);
  const [resource = '', name = '', subresource = ''] = parts;
  if (resource === '') return pathInfo(method, url.path);
  const verb = isWatchPath ? 'watch' : verbOf({ method, name, query: url.query });
  return {
    isResourceRequest: true,
    path: url.path,
    verb,
    group: api.group,
    version: api.version,
    namespace,
    resource,
    name,
    subresource,
    parts,
  };
}

function pathInfo(method: string, path: string): RequestInfo {
  const none = { group: '', version: '', namespace: '', resource: '', name: '', subresource: '', parts: [] };
  return { isResourceRequest: false, path, verb: method.toLowerCase(), ...none };
}

function apiOf(segments: readonly string[]): { group: string; version: string; rest: string[] } | undefined {
  const [prefix, first = '', second = ''] = segments;
  if (prefix === 'api' && segments.length >= 3) return { group: '', version: first, rest: segments.slice(2) };
  if (prefix === 'apis' && segments.length >= 4) return { group: first, version: second, rest: segments.slice(3) };
  return undefined;
}

/** A namespace is both a scope and an object: `/namespaces/x` names it, `/namespaces/x/pods` looks into it. */
function scopeOf(rest: readonly string[]): { namespace: string; parts: readonly string[] } {
  if (rest[0] !== 'namespaces') return { namespace: '', parts: rest };
  const [, namespace = '', inside] = rest;
  const isScope = inside !== undefined && !NAMESPACE_SUBRESOURCES.has(inside);
  return { namespace, parts: isScope ? rest.slice(2) : rest };
}

function verbOf({ method, name, query }: { method: string; name: string; query: URLSearchParams }): string {
  const verb = VERBS[method] ?? '';
  if (name !== '') return verb;
  if (verb === 'delete') return 'deletecollection';
  if (verb !== 'get') return verb;
  return isTrue(query.get('watch')) ? 'watch' : 'list';
}

/** How Go reads a boolean query value: anything but `false`, `0` and nothing. Source: conversion.Convert_Slice_string_To_bool. */
export function isTrue(value: string | null): boolean {
  if (value === null) return false;
  const lower = value.toLowerCase();
  return lower !== 'false' && lower !== '0';
}
