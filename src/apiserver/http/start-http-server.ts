import type { ApiHandler } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { createOpenApi } from '../openapi/openapi.ts';
import { connectForwarder, type DialCluster, type DialKubelet } from './connect.ts';
import type { HealthCheck } from './health.ts';
import { type ListenAddress, type Listener, listenTls, type TlsMaterial } from './http-server.ts';
import { openApiRoute } from './openapi-route.ts';
import { type PathRoute, pathRoutes } from './path-routes.ts';
import { pipeline } from './pipeline.ts';
import { type RequestMetrics, requestMetrics } from './request-metrics.ts';
import { serverVersion } from './server-version.ts';

export interface HttpServerOptions {
  readonly handler: ApiHandler;
  /** What is served; a function where that changes, returning the same list as long as nothing did. */
  readonly resources: readonly Resource[] | (() => readonly Resource[]);
  readonly authenticate: Authenticate;
  readonly authorizer: Authorizer;
  readonly tls: TlsMaterial;
  readonly listen: readonly ListenAddress[];
  readonly dialKubelet: DialKubelet;
  readonly dialCluster?: DialCluster;
  readonly log: Logger;
  readonly clock: Clock;
  readonly healthChecks?: readonly HealthCheck[];
  readonly extraRoutes?: readonly PathRoute[];
  readonly metrics?: RequestMetrics;
  /** How long requests under way may take when the server stops; default 2 s. */
  readonly drainMs?: number;
}

/** Serves the handler over HTTP: the adapter between sockets and the plain seam. Dispose it to stop. */
export async function startHttpServer(options: HttpServerOptions): Promise<Listener> {
  const stop = new AbortController();
  const { resources: given, log, clock, listen } = options;
  const resources = typeof given === 'function' ? given : () => given;
  const metrics = options.metrics ?? requestMetrics();
  const routes = pathRoutes({
    resources,
    serverAddress: () => addressText(listen),
    version: serverVersion(),
    healthChecks: options.healthChecks ?? [],
    metrics: () => metrics.registry.metrics(),
    extraRoutes: [openApiRoute(createOpenApi({ resources })), ...(options.extraRoutes ?? [])],
  });
  const { dialKubelet: kubelet, dialCluster: cluster } = options;
  const connect = connectForwarder({ kubelet, ...(cluster && { cluster }) });
  const { handler, authenticate, authorizer } = options;
  const serve = pipeline({
    handler,
    resources,
    authenticate,
    authorizer,
    routes,
    connect,
    metrics,
    log,
    clock,
    stopping: stop.signal,
  });
  const listener = await listenTls({ tls: options.tls, listen, serve, drainMs: options.drainMs ?? 2000 });
  return {
    addresses: listener.addresses,
    setTls: (tls) => listener.setTls(tls),
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the server is stopping'));
      await listener[Symbol.asyncDispose]();
    },
  };
}

function addressText(listen: readonly ListenAddress[]): string {
  const first = listen.find((address) => 'port' in address);
  return first ? `${first.host}:${first.port}` : '';
}
