import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Exchange } from './exchange.ts';
import { http1Exchange, upgradeExchange } from './http1-exchange.ts';
import { http2Exchange } from './http2-exchange.ts';

/** PEM texts. `ca` signs client certificates. */
export interface TlsMaterial {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export interface Listener extends AsyncDisposable {
  /** Where the server can be reached: the real port where 0 was asked for. */
  readonly addresses: readonly ListenAddress[];
  /** Uses another certificate for new connections. */
  setTls(tls: TlsMaterial): void;
}

export interface ListenOptions {
  readonly tls: TlsMaterial;
  readonly listen: readonly ListenAddress[];
  readonly serve: (exchange: Exchange) => void;
  /** How long requests under way may take to end when the server stops. */
  readonly drainMs: number;
}

/** Connections on which nothing happens are closed after this time; a watch counts as something. */
const IDLE_MS = 5 * 60_000;
const HANDSHAKE_MS = 10_000;
const HEADERS_MS = 30_000;

/** HTTP/2 and HTTP/1.1 over TLS on every address; a broken client is its own problem and nobody else's. */
export async function listenTls(options: ListenOptions): Promise<Listener> {
  const servers: Http2SecureServer[] = [];
  const open = new Set<Duplex>();
  const sessions = new Set<ServerHttp2Session>();
  try {
    for (const address of options.listen) {
      const server = secureServer(options, { open, sessions });
      servers.push(server);
      await listening(server, address);
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return {
    addresses: servers.map(addressOf),
    setTls: (tls) => {
      for (const server of servers) server.setSecureContext({ ...tls });
    },
    async [Symbol.asyncDispose]() {
      const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      for (const session of sessions) session.close();
      const cut = setTimeout(() => {
        for (const socket of open) socket.destroy();
      }, options.drainMs);
      await Promise.all(closed);
      clearTimeout(cut);
    },
  };
}

interface Tracked {
  readonly open: Set<Duplex>;
  readonly sessions: Set<ServerHttp2Session>;
}

function secureServer({ tls, serve }: ListenOptions, { open, sessions }: Tracked): Http2SecureServer {
  const server = createSecureServer({
    ...tls,
    allowHTTP1: true,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_MS,
    settings: { maxConcurrentStreams: 250, initialWindowSize: 256 * 1024 },
    maxSessionRejectedStreams: 1000,
  });
  server.on('request', (request: unknown, response: unknown) => {
    serve(http1Exchange(request as IncomingMessage, response as ServerResponse));
  });
  // Listening for `request` also wires node's slower compatibility layer for HTTP/2; this takes its place.
  server.removeAllListeners('stream');
  server.on('stream', (stream: ServerHttp2Stream, headers) => serve(http2Exchange(stream, headers)));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    serve(upgradeExchange(request, socket, head));
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
    session.setTimeout(IDLE_MS, () => session.close());
  });
  server.on('connection', (socket: Duplex) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  server.on('secureConnection', (socket: TLSSocket) => socket.on('error', () => socket.destroy()));
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('unknownProtocol', (socket: Duplex) => socket.destroy());
  server.on('clientError', (_error: Error, socket: Duplex) => {
    if (!socket.writable) return void socket.destroy();
    socket.end(
      'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request',
    );
  });
  Object.assign(server, { headersTimeout: HEADERS_MS, requestTimeout: IDLE_MS, keepAliveTimeout: 90_000 });
  return server;
}

function listening(server: Http2SecureServer, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function addressOf(server: Http2SecureServer): ListenAddress {
  const address = server.address();
  if (typeof address === 'string') return { path: address };
  return { host: address?.address ?? '', port: address?.port ?? 0 };
}
