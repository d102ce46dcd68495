import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { connectionOf } from './connection.ts';
import type { Exchange, ResponseHeaders } from './exchange.ts';

/** An ordinary HTTP/1.1 request. */
export function http1Exchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.on('error', () => gone.abort());
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: request.headers,
    body: request,
    signal: gone.signal,
    connection: connectionOf(request.socket as TLSSocket),
    upgrade: undefined,
    get hasStarted() {
      return response.headersSent;
    },
    start: (code, headers) => void response.writeHead(code, headers as Record<string, string | string[]>),
    flush: () => response.flushHeaders(),
    write: (chunk) => response.write(chunk),
    drained: () => drained(response, gone.signal),
    end: (chunk) => void (chunk ? response.end(chunk) : response.end()),
    abort: () => void response.destroy(),
  };
}

/** A request to leave HTTP/1.1: answers before the switch are written by hand, since node's own writer is gone. */
export function upgradeExchange(request: IncomingMessage, socket: Duplex, head: Buffer): Exchange {
  const gone = new AbortController();
  let hasStarted = false;
  socket.once('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: request.headers,
    body: request,
    signal: gone.signal,
    connection: connectionOf(request.socket as TLSSocket),
    upgrade: { socket, head },
    get hasStarted() {
      return hasStarted;
    },
    start(code, headers) {
      hasStarted = true;
      socket.write(headOf(code, { ...headers, Connection: 'close' }));
    },
    flush: () => {},
    write: (chunk) => socket.write(chunk),
    drained: () => drained(socket, gone.signal),
    end: (chunk) => void (chunk ? socket.end(chunk) : socket.end()),
    abort: () => void socket.destroy(),
  };
}

/** Status line and header block of an HTTP/1.1 answer. */
export function headOf(code: number, headers: ResponseHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => `${name}: ${one}\r\n`),
  );
  return `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Unknown'}\r\n${lines.join('')}\r\n`;
}

/** Resolves at the stream's next drain, or when the exchange is over. */
export function drained(stream: NodeJS.EventEmitter, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (over.aborted) return resolve();
    const done = () => {
      stream.removeListener('drain', done);
      over.removeEventListener('abort', done);
      resolve();
    };
    stream.once('drain', done);
    over.addEventListener('abort', done, { once: true });
  });
}
