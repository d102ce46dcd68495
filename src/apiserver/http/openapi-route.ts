import type { OpenApi } from '../openapi/openapi.ts';
import { headerOf } from './exchange.ts';
import type { PathRoute } from './path-routes.ts';

/** `/openapi/v2`, `/openapi/v3` and the documents below it. */
export function openApiRoute(openApi: OpenApi): PathRoute {
  return async (path, { exchange, query }) => {
    if (path !== '/openapi' && !path.startsWith('/openapi/')) return undefined;
    const accept = headerOf(exchange, 'accept');
    const ifNoneMatch = headerOf(exchange, 'if-none-match');
    const answer = await openApi.answer({ path, query, accept, ifNoneMatch });
    if (answer.status === 404) return undefined;
    const headers: Record<string, string> = {};
    let contentType = 'application/json';
    for (const [name, value] of Object.entries(answer.headers)) {
      if (name.toLowerCase() === 'content-type') contentType = value;
      else headers[NAMES[name.toLowerCase()] ?? name] = value;
    }
    return { code: answer.status, contentType, body: answer.body, headers };
  };
}

/** Spelled as the pipeline spells its own, so that one replaces the other. */
const NAMES: Readonly<Record<string, string>> = { 'cache-control': 'Cache-Control', etag: 'ETag', vary: 'Vary' };
