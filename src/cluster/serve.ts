import { resources } from '#api/index.ts';
import { keySet, openIdConfiguration } from '#apiserver/authentication/service-account-key.ts';
import type { DialCluster, DialKubelet } from '#apiserver/http/connect.ts';
import type { ListenAddress, Listener, TlsMaterial } from '#apiserver/http/http-server.ts';
import type { PathRoute } from '#apiserver/http/path-routes.ts';
import { startHttpServer } from '#apiserver/http/start-http-server.ts';
import { createOpenApi } from '#apiserver/openapi/openapi.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { ControlPlane } from './control-plane.ts';

export interface ServeOptions {
  readonly controlPlane: ControlPlane;
  readonly tls: TlsMaterial;
  readonly listen: readonly ListenAddress[];
  readonly dialKubelet: DialKubelet;
  readonly dialCluster?: DialCluster | undefined;
  readonly clusterDomain: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Puts a control plane behind HTTPS. */
export function serve({ controlPlane, clusterDomain, dialCluster, log, ...rest }: ServeOptions): Promise<Listener> {
  const { api, authenticate, authorizer, healthChecks } = controlPlane;
  return startHttpServer({
    ...rest,
    ...(dialCluster && { dialCluster }),
    handler: api.handler,
    resources,
    authenticate,
    authorizer,
    healthChecks,
    log: log.child({ component: 'apiserver' }),
    extraRoutes: [openApiRoute(), keyRoute(controlPlane, clusterDomain)],
  });
}

function openApiRoute(): PathRoute {
  const openApi = createOpenApi({ resources: () => resources });
  return async (path, { query, exchange }) => {
    if (!path.startsWith('/openapi/')) return undefined;
    const header = (name: string) => {
      const value = exchange.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    const { status, headers, body } = await openApi.answer({
      path,
      query,
      accept: header('accept'),
      ifNoneMatch: header('if-none-match'),
    });
    const contentType = headers['Content-Type'] ?? headers['content-type'] ?? 'application/json';
    return status === 404 ? undefined : { code: status, contentType, body, headers };
  };
}

/** Service account tokens can be verified by others with these. Source: KEP-1393. */
function keyRoute({ keys }: ControlPlane, clusterDomain: string): PathRoute {
  const issuer = `https://kubernetes.default.svc.${clusterDomain}`;
  return async (path) => {
    if (path === '/openid/v1/jwks') {
      return { contentType: 'application/jwk-set+json', body: JSON.stringify(keySet(keys)) };
    }
    if (path === '/.well-known/openid-configuration') {
      const body = JSON.stringify(openIdConfiguration(issuer, keys, `${issuer}/openid/v1/jwks`));
      return { contentType: 'application/json', body };
    }
    return undefined;
  };
}
