import { resources } from '#api/index.ts';
import type { DialCluster, DialKubelet } from '#apiserver/http/connect.ts';
import type { ListenAddress, Listener, TlsMaterial } from '#apiserver/http/http-server.ts';
import { issuerRoutes } from '#apiserver/http/own-routes.ts';
import { startHttpServer } from '#apiserver/http/start-http-server.ts';
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
  const { api, authenticate, authorizer, healthChecks, keys } = controlPlane;
  return startHttpServer({
    ...rest,
    ...(dialCluster && { dialCluster }),
    handler: api.handler,
    resources,
    authenticate,
    authorizer,
    healthChecks,
    log: log.child({ component: 'apiserver' }),
    extraRoutes: [issuerRoutes(`https://kubernetes.default.svc.${clusterDomain}`, keys)],
  });
}
