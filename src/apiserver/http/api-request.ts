import type { KubeObject } from '#apimachinery/object.ts';
import type { ApiRequest, Patch, PatchType, RequestOptions, UserInfo } from '#apimachinery/request.ts';
import type { Resource, Subresource, Verb } from '#apimachinery/resource.ts';
import { unsupportedMediaType } from '#apimachinery/status.ts';
import { bareMediaType } from './accept.ts';
import { readBody } from './body.ts';
import { decodeDeleteOptions, decodeObject, decodePatch } from './decode.ts';
import { type Exchange, headerOf } from './exchange.ts';
import { optionsOf } from './query-options.ts';
import type { RequestInfo } from './request-info.ts';
import { isConnect, subresourceOf } from './resource-catalog.ts';
import { unknownMethod, unknownResource } from './status-answer.ts';

export interface RequestContext {
  readonly exchange: Exchange;
  readonly info: RequestInfo;
  readonly query: URLSearchParams;
  readonly user: UserInfo;
  readonly warn: (message: string) => void;
  /** Aborts when the server stops: watches end then, rather than being cut off. */
  readonly stopping: AbortSignal;
}

export const PATCH_TYPES: readonly PatchType[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** Turns what came over HTTP into the plain request that the server's handler takes. @throws {StatusError} 4xx */
export async function apiRequestOf(resource: Resource, context: RequestContext): Promise<ApiRequest> {
  const { info, exchange, query, user, warn } = context;
  const subresource = placeOf(resource, info);
  const verb = allowedVerb(resource, subresource, info);
  const options = verb === 'connect' ? connectOptions(info, query) : optionsOf(query, verb);
  const body = await bodyOf({ resource, subresource, verb, options }, context);
  return {
    verb,
    resource,
    namespace: resource.scope === 'Namespaced' ? info.namespace : '',
    name: verb === 'watch' ? '' : info.name,
    subresource: info.subresource,
    options: verb === 'watch' && info.name ? { ...options, fieldSelector: `metadata.name=${info.name}` } : options,
    user,
    body,
    signal: verb === 'watch' ? AbortSignal.any([exchange.signal, context.stopping]) : exchange.signal,
    userAgent: headerOf(exchange, 'user-agent'),
    traceparent: headerOf(exchange, 'traceparent'),
    warn,
    ...(verb === 'connect' && { method: exchange.method }),
  };
}

/** Refuses paths that no route of upstream's would match. */
function placeOf(resource: Resource, info: RequestInfo): Subresource | undefined {
  const isNamespacePath = resource.plural === 'namespaces' && resource.group === '';
  if (resource.scope === 'Cluster' && info.namespace !== '' && !isNamespacePath) throw unknownResource();
  if (resource.scope === 'Namespaced' && info.namespace === '' && info.name !== '') throw unknownResource();
  if (info.subresource === '') return undefined;
  const subresource = subresourceOf(resource, info.subresource);
  if (!subresource || (info.parts.length > 3 && info.subresource !== 'proxy')) throw unknownResource();
  return subresource;
}

function allowedVerb(resource: Resource, subresource: Subresource | undefined, info: RequestInfo): ApiRequest['verb'] {
  if (subresource && isConnect(subresource)) return 'connect';
  const verb = info.verb as Verb;
  const allowed: readonly Verb[] = subresource ? subresource.verbs : resource.verbs;
  if (!allowed.includes(verb)) throw unknownMethod();
  if (resource.scope === 'Namespaced' && info.namespace === '' && NEEDS_NAMESPACE.has(verb)) throw unknownMethod();
  const isNamed = info.name !== '';
  if (!subresource && isNamed !== NEEDS_NAME.has(verb) && !EITHER.has(verb)) throw unknownMethod();
  return verb;
}

const NEEDS_NAMESPACE: ReadonlySet<string> = new Set(['create', 'deletecollection']);
const NEEDS_NAME: ReadonlySet<string> = new Set(['get', 'update', 'patch', 'delete']);
/** A watch may name its object in the old `/watch/` paths. */
const EITHER: ReadonlySet<string> = new Set(['watch']);

function connectOptions(info: RequestInfo, query: URLSearchParams): RequestOptions {
  if (info.subresource !== 'proxy') return { query };
  const marker = `/${info.subresource}`;
  const from = info.path.indexOf(marker, info.path.indexOf(`/${info.resource}/`)) + marker.length;
  return { query, proxyPath: info.path.slice(from) || '/' };
}

interface Wanted {
  readonly resource: Resource;
  readonly subresource: Subresource | undefined;
  readonly verb: ApiRequest['verb'];
  readonly options: RequestOptions;
}

async function bodyOf(wanted: Wanted, context: RequestContext): Promise<KubeObject | Patch | undefined> {
  const { exchange, warn } = context;
  switch (wanted.verb) {
    case 'create':
    case 'update': {
      const bytes = await readBody(exchange.body, exchange.signal);
      const { fieldValidation } = wanted.options;
      return decodeObject(bytes, { ...wanted, contentType: contentTypeOf(exchange), fieldValidation, warn });
    }
    case 'patch': {
      const patchType = patchTypeOf(exchange);
      const bytes = await readBody(exchange.body, exchange.signal);
      return { patchType, patch: decodePatch(bytes, patchType) };
    }
    case 'delete':
    case 'deletecollection': {
      const bytes = await readBody(exchange.body, exchange.signal);
      return decodeDeleteOptions(bytes, { contentType: contentTypeOf(exchange), query: context.query });
    }
    default:
      return undefined;
  }
}

const contentTypeOf = (exchange: Exchange) => bareMediaType(headerOf(exchange, 'content-type') ?? '');

function patchTypeOf(exchange: Exchange): PatchType {
  const sent = contentTypeOf(exchange);
  const known = PATCH_TYPES.find((type) => type === sent);
  if (known) return known;
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${PATCH_TYPES.join(', ')}`,
  );
}
