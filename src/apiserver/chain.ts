import type { ApiHandler } from '#apimachinery/request.ts';
import { internalError, StatusError } from '#apimachinery/status.ts';
import type { TokenIssuer } from './authentication/token-issuer.ts';
import { authorizeAs } from './registry/engine/authorizing.ts';
import type { Core } from './registry/engine/core.ts';
import { dispatch } from './registry/engine/dispatch.ts';

interface ChainOptions {
  tokens?: TokenIssuer | undefined;
}

/** Everything between a request that is authenticated and its answer. */
export function apiHandler(core: Core, _options: ChainOptions): ApiHandler {
  return async (request) => {
    try {
      authorizeAs(core, request);
      return await dispatch(core, request);
    } catch (error) {
      if (error instanceof StatusError || request.signal?.aborted) throw error;
      core.log.error('request failed', { err: error, verb: request.verb, resource: request.resource.plural });
      throw internalError(error);
    }
  };
}
