import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const EXEC_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

export interface Upgraded {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

export const isWebSocket = (request: IncomingMessage): boolean => /websocket/i.test(request.headers.upgrade ?? '');

const offered = (header: string | string[] | undefined): readonly string[] =>
  String(header ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);

export function refuse(socket: Duplex, status: string, message: string): void {
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(message)}\r\nConnection: close\r\n\r\n${message}`,
  );
}

/** @returns undefined after refusing a client whose protocols we do not speak. */
export function acceptWebSocket({ request, socket, head }: Upgraded): Promise<WebSocket> | undefined {
  const names = offered(request.headers['sec-websocket-protocol']);
  const chosen = EXEC_PROTOCOLS.find((name) => names.includes(name));
  if (!chosen) {
    refuse(socket, '403 Forbidden', `unable to upgrade: no supported protocol among ${names.join(', ')}`);
    return undefined;
  }
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => chosen, perMessageDeflate: false });
  return new Promise((resolve) => server.handleUpgrade(request, socket, head, resolve));
}

/** SPDY inside WebSocket messages, as kubectl's port-forward speaks it. The name of the protocol is no token of RFC 7230, so it bypasses ws's own check. */
export function acceptTunnel({ request, socket, head }: Upgraded): Promise<Duplex> | undefined {
  if (!offered(request.headers['sec-websocket-protocol']).includes(TUNNEL)) {
    refuse(socket, '403 Forbidden', `unable to upgrade: only ${TUNNEL} is supported`);
    return undefined;
  }
  delete request.headers['sec-websocket-protocol'];
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.once('headers', (headers: string[]) => headers.push(`Sec-WebSocket-Protocol: ${TUNNEL}`));
  return new Promise((resolve) => server.handleUpgrade(request, socket, head, (ws) => resolve(duplexOf(ws))));
}

function duplexOf(ws: WebSocket): Duplex {
  const duplex = new Duplex({
    read: () => ws.resume(),
    write: (chunk: Buffer, _, done) => ws.send(chunk, { binary: true }, (error) => done(error ?? null)),
    final(done) {
      ws.close(1000);
      done();
    },
    destroy(error, done) {
      ws.terminate();
      done(error);
    },
  });
  ws.on('message', (message: Buffer) => {
    if (!duplex.push(message)) ws.pause();
  });
  ws.on('close', () => duplex.push(null));
  ws.on('error', (error) => duplex.destroy(error));
  return duplex;
}

/** Answers 101 for SPDY/3.1. @returns whether a protocol was agreed. */
export function acceptSpdy({ request, socket }: Upgraded, protocols: readonly string[]): boolean {
  const names = offered(request.headers['x-stream-protocol-version']);
  const chosen = protocols.find((name) => names.includes(name));
  if (!chosen || !/spdy\/3\.1/i.test(request.headers.upgrade ?? '')) {
    refuse(
      socket,
      '403 Forbidden',
      `unable to upgrade: unable to negotiate protocol: client supports [${names.join(' ')}], server accepts [${protocols.join(' ')}]`,
    );
    return false;
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${chosen}\r\n\r\n`,
  );
  return true;
}
