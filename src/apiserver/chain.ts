import type { ApiHandler, ApiRequest, ApiResponse } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { internalError, methodNotSupported, StatusError } from '#apimachinery/status.ts';
import type { TokenIssuer } from './authentication/token-issuer.ts';
import { authorizeAs } from './registry/engine/authorizing.ts';
import { type Call, type Core, callOf } from './registry/engine/core.ts';
import { dispatch } from './registry/engine/dispatch.ts';
import { subresources } from './subresources/index.ts';
import { type VirtualOptions, virtualResources } from './virtual/index.ts';

export interface ChainOptions extends VirtualOptions {
  tokens?: TokenIssuer | undefined;
}

type Serve = (call: Call) => Promise<ApiResponse>;
type Named = Pick<Resource, 'group' | 'plural'>;

/** Everything between a request that is authenticated and its answer. */
export function apiHandler(core: Core, options: ChainOptions): ApiHandler {
  const special = specialCases(options);
  return async (request) => {
    try {
      authorizeAs(core, request);
      const serve = special(request);
      return await (serve ? serve(callOf(core, request)) : dispatch(core, request));
    } catch (error) {
      if (error instanceof StatusError || request.signal?.aborted) throw error;
      core.log.error('request failed', { err: error, verb: request.verb, resource: request.resource.plural });
      throw internalError(error);
    }
  };
}

/** Who serves what the registry does not. */
function specialCases(options: ChainOptions): (request: ApiRequest) => Serve | undefined {
  const table = new Map<string, Serve>();
  for (const { resource, name, serve } of subresources(options)) table.set(placeOf(resource, name), serve);
  for (const { resource, serve } of virtualResources(options)) table.set(placeOf(resource, ''), serve);
  return ({ resource, subresource, verb }) => {
    const serve = table.get(placeOf(resource, subresource));
    if (serve || subresource === '') return serve;
    const shared = table.get(placeOf(undefined, subresource));
    const isDeclared = resource.subresources.some(({ name }) => name === subresource);
    if (!shared || !isDeclared) throw methodNotSupported(resource, verb);
    return shared;
  };
}

function placeOf(resource: Named | undefined, subresource: string): string {
  return `${resource ? `${resource.group}/${resource.plural}` : '*'}/${subresource}`;
}
