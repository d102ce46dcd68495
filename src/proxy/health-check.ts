import { createServer, type Server } from 'node:http';
import { keyOf, parseKey } from '#apimachinery/object.ts';
import type { Logger } from '#base/log.ts';
import type { Informer } from '#client/informer.ts';
import type { Service } from '#gen/core/v1.ts';
import type { EndpointSlice } from '#gen/discovery/v1.ts';

export interface HealthCheckOptions {
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly nodeName: string;
  readonly log: Logger;
}

/** Servers on `healthCheckNodePort`s, by which outside load balancers learn whether this node has endpoints. */
export interface HealthChecks extends AsyncDisposable {
  /** Opens and closes ports as the Services want it. */
  sync(): Promise<void>;
}

/** Source: upstream pkg/proxy/healthcheck/service_health.go. */
export function startHealthChecks({ services, slices, nodeName, log }: HealthCheckOptions): HealthChecks {
  const servers = new Map<number, { key: string; server: Server }>();
  const close = async (port: number) => {
    const held = servers.get(port);
    servers.delete(port);
    held?.server.closeAllConnections();
    await new Promise((resolve) => (held ? held.server.close(resolve) : resolve(undefined)));
  };
  return {
    async sync() {
      const wanted = new Map<number, string>();
      for (const service of services.list()) {
        const port = service.spec?.healthCheckNodePort;
        if (port && service.spec?.type === 'LoadBalancer') wanted.set(port, keyOf(service));
      }
      for (const [port, { key }] of servers) if (wanted.get(port) !== key) await close(port);
      for (const [port, key] of wanted) {
        if (servers.has(port)) continue;
        const server = serve(key, () => countLocal(slices, key, nodeName));
        server.on('error', (error) =>
          log.warn('health check port cannot be opened', { err: error, port, service: key }),
        );
        server.listen(port);
        servers.set(port, { key, server });
      }
    },
    async [Symbol.asyncDispose]() {
      for (const port of [...servers.keys()]) await close(port);
    },
  };
}

function serve(key: string, count: () => number): Server {
  return createServer((_request, response) => {
    const localEndpoints = count();
    const body = JSON.stringify({ service: parseKey(key), localEndpoints, serviceProxyHealthy: true });
    response.writeHead(localEndpoints > 0 ? 200 : 503, {
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'x-load-balancing-endpoint-weight': localEndpoints,
    });
    response.end(body);
  });
}

/** Pods of the Service on this node that are ready. */
function countLocal(slices: Informer<EndpointSlice>, key: string, nodeName: string): number {
  const { namespace, name } = parseKey(key);
  const addresses = slices
    .list(namespace)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap(({ endpoints = [] }) => endpoints)
    .filter(({ nodeName: node, conditions }) => node === nodeName && conditions?.ready !== false)
    .map(({ addresses: [address] }) => address);
  return new Set(addresses).size;
}
