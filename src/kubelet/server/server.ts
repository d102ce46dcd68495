import { rm } from 'node:fs/promises';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { refuse } from '../streaming/upgrade.ts';
import { authorize } from './authorize.ts';
import type { ServerDeps } from './deps.ts';
import { HttpProblem } from './http-problem.ts';
import { routeRequest } from './routes.ts';
import { routeUpgrade } from './stream-routes.ts';

export interface KubeletServer extends AsyncDisposable {
  readonly port: number;
}

/** Serves logs, streams and statistics over TLS to holders of a client certificate, and over a Unix socket to this machine. */
export async function startServer(deps: ServerDeps): Promise<KubeletServer> {
  const { serving } = deps;
  if (!serving) return { port: 0, [Symbol.asyncDispose]: async () => {} };
  const open = new Set<Duplex>();
  const servers: Server[] = [];
  const add = async (server: Server, listen: () => void): Promise<void> => {
    server.on('connection', (socket: Duplex) => open.add(socket.once('close', () => open.delete(socket))));
    server.on(
      'upgrade',
      (request: IncomingMessage, socket: Duplex, head: Buffer) => void upgrade(deps, { request, socket, head }),
    );
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve).once('error', reject);
      listen();
    });
    servers.push(server);
  };
  const listener: RequestListener = (request, response) => void answer(deps, request, response);
  let port = 0;
  if (serving.port !== undefined) {
    const { tls } = serving;
    const server = tls
      ? createHttpsServer(
          {
            key: tls.key,
            cert: tls.cert,
            ca: tls.clientCA,
            requestCert: true,
            // Those without a certificate get a 401 from `authorize`, not a broken handshake.
            rejectUnauthorized: false,
            ALPNProtocols: ['http/1.1'],
          },
          listener,
        )
      : createHttpServer(listener);
    await add(server, () => server.listen(serving.port, serving.address ?? '0.0.0.0'));
    port = (server.address() as AddressInfo).port;
  }
  const { socketPath } = serving;
  if (socketPath) {
    await rm(socketPath, { force: true });
    const server = createHttpServer(listener);
    await add(server, () => server.listen(socketPath));
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      for (const socket of open) socket.destroy();
      await Promise.all(closed);
    },
  };
}

async function answer(deps: ServerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    authorize(request);
    await routeRequest(deps, request, response);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    const [code, message] =
      error instanceof HttpProblem
        ? [error.code, error.message]
        : [500, error instanceof Error ? error.message : String(error)];
    if (code === 500) deps.log.warn('request failed', { path: request.url?.split('?')[0], err: error });
    response.writeHead(code, { 'Content-Type': 'text/plain; charset=utf-8' }).end(message);
  }
}

async function upgrade(
  deps: ServerDeps,
  upgraded: { request: IncomingMessage; socket: Duplex; head: Buffer },
): Promise<void> {
  const { request, socket } = upgraded;
  socket.on('error', () => socket.destroy());
  try {
    authorize(request);
    await routeUpgrade(deps, upgraded);
  } catch (error) {
    const code = error instanceof HttpProblem ? error.code : 500;
    deps.log.debug('stream failed', { path: request.url?.split('?')[0], err: error });
    if (socket.writable)
      refuse(socket, `${code} ${STATUS_CODES[code]}`, error instanceof Error ? error.message : String(error));
  }
}
