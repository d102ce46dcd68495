import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiRequest } from '#apimachinery/request.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import { badRequest } from '#apimachinery/status.ts';
import { cloneJson } from './clone.ts';

/** The body as an object of `resource` that the server may change, its type stamped, its metadata there. */
export function ownedBody(request: ApiRequest, resource: Pick<Resource, 'group' | 'version' | 'kind'>): KubeObject {
  const { body } = request;
  if (!body || 'patchType' in body) throw badRequest('the request has no object');
  checkType(body, resource);
  return typed(cloneJson(body), resource);
}

/** The same object with `kind`, `apiVersion` and `metadata` first, as they are printed. */
export function typed(object: KubeObject, resource: Pick<Resource, 'group' | 'version' | 'kind'>): KubeObject {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  return { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata: metadata ?? {}, ...rest };
}

function checkType(body: KubeObject, resource: Pick<Resource, 'group' | 'version' | 'kind'>): void {
  const expected = apiVersionOf(resource);
  const { apiVersion = expected, kind = resource.kind } = body;
  if (apiVersion !== '' && apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (kind === '' || kind === resource.kind) return;
  const from = `${versionOf(expected)}.${kind}`;
  const to = `${resource.group === '' ? 'core' : (resource.group.split('.')[0] ?? '')}.${resource.kind}`;
  throw badRequest(
    `${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ` +
      `converting (${from}) to (${to}): unknown conversion`,
  );
}

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

/**
 * Puts the request's namespace into the object where it names none. Source: rest.EnsureObjectNamespaceMatchesRequestNamespace.
 * @throws {StatusError} 400 when the object names another one.
 */
export function matchNamespace(object: KubeObject, expected: string): void {
  const { metadata } = object;
  const actual = metadata.namespace ?? '';
  if (actual === expected) return;
  if (actual === '') metadata.namespace = expected;
  else if (expected === '') delete metadata.namespace;
  else throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

/** The namespace that objects of the resource carry in this request. */
export function expectedNamespace(request: ApiRequest): string {
  return request.resource.scope === 'Namespaced' ? request.namespace : '';
}

/** @throws {StatusError} 400 when the object's name is not the one in the request's path. Source: handlers.checkName. */
export function matchName(object: KubeObject, name: string): void {
  const { metadata } = object;
  if (!metadata.name) throw badRequest('name must be provided');
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
}
