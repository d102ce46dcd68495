import type { ApiRequest } from '#apimachinery/request.ts';
import { groupResourceOf } from '#apimachinery/resource.ts';
import { failure, type StatusError } from '#apimachinery/status.ts';
import type { AuthorizationAttributes, Authorizer } from '../../authorization/authorizer.ts';

/** @throws {StatusError} 403 when the user of the request may not do what it asks. */
export function authorizeAs({ authorizer }: { authorizer: Authorizer }, request: ApiRequest): void {
  const attributes = attributesOf(request);
  const must = isWebSocket(request) ? [attributes, { ...attributes, verb: 'create' }] : [attributes];
  for (const asked of must) {
    const { decision, reason } = authorizer.authorize(asked);
    if (decision !== 'allow') throw refused(request, asked, reason);
  }
}

/**
 * WebSockets begin with a GET, yet what runs through them is as much as what a POST begins.
 * Source: feature gate AuthorizePodWebsocketUpgradeCreatePermission.
 */
function isWebSocket({ verb, subresource, method }: ApiRequest): boolean {
  return verb === 'connect' && ['exec', 'attach', 'portforward'].includes(subresource) && method === 'GET';
}

/** Subresources that stream are asked for by the HTTP method: GET is `get`, POST is `create`. */
const CONNECT_VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

function attributesOf(request: ApiRequest): AuthorizationAttributes {
  const { resource, verb, user, subresource, namespace, name, method = 'POST' } = request;
  return {
    user,
    verb: verb === 'connect' ? (CONNECT_VERBS[method.toUpperCase()] ?? 'create') : verb,
    group: resource.group,
    version: resource.version,
    resource: resource.plural,
    subresource,
    // Namespaces stand in themselves for what is decided about them.
    namespace: resource.group === '' && resource.plural === 'namespaces' ? name : namespace,
    name,
  };
}

/** Source: endpoints/handlers/responsewriters.ForbiddenStatusError. */
function refused({ resource }: ApiRequest, asked: AuthorizationAttributes, reason: string): StatusError {
  const noun = asked.subresource ? `${asked.resource}/${asked.subresource}` : asked.resource;
  const where = asked.namespace ? `in the namespace "${asked.namespace}"` : 'at the cluster scope';
  const user = JSON.stringify(asked.user.name);
  const sentence = `User ${user} cannot ${asked.verb} resource "${noun}" in API group "${asked.group}" ${where}`;
  const named = asked.name ? `${groupResourceOf(resource)} "${asked.name}"` : groupResourceOf(resource);
  return failure({
    code: 403,
    reason: 'Forbidden',
    message: `${named} is forbidden: ${sentence}${reason && `: ${reason}`}`,
    details: {
      ...(asked.name && { name: asked.name }),
      ...(asked.group && { group: asked.group }),
      kind: asked.resource,
    },
  });
}
