import { rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '#base/log.ts';

/**
 * A way into a node's network from outside of its network namespace: a unix socket on which HTTP `CONNECT host:port`
 * opens a TCP connection from within. Whoever may open the socket's folder (root) may use it.
 */
export async function openNodeDoor({ path, log }: { path: string; log: Logger }): Promise<AsyncDisposable> {
  const open = new Set<Duplex>();
  const server = createServer((_, response) => void response.writeHead(405).end());
  server.on('connect', (incoming, socket: Duplex) => {
    const { host, port } = targetOf(incoming.url ?? '');
    const outgoing = connect({ host, port, allowHalfOpen: true });
    for (const side of [socket, outgoing]) {
      open.add(side);
      side.once('close', () => open.delete(side));
    }
    outgoing.once('error', (error) => {
      log.debug('nothing answers behind the door', { host, port, err: error });
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    outgoing.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      join(socket, outgoing);
    });
  });
  await rm(path, { force: true }); // what a crash left
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    async [Symbol.asyncDispose]() {
      for (const side of open) side.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A connection to `host:port` as seen from the node behind the door. */
export function throughNodeDoor(path: string, { host, port }: { host: string; port: number }): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const call = request({ socketPath: path, method: 'CONNECT', path: target });
    call.once('connect', (response, socket: Duplex) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`connect ${target}: connection refused`));
    });
    call.once('error', reject);
    call.end();
  });
}

/** Passes bytes both ways; one end's half close stays a half close, its failure ends the other. */
export function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    if ('setNoDelay' in from) (from as Socket).setNoDelay(true);
    from.on('error', () => to.destroy());
    from.once('close', () => to.destroy());
    from.pipe(to);
  }
}

function targetOf(authority: string): { host: string; port: number } {
  const colon = authority.lastIndexOf(':');
  return { host: authority.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(authority.slice(colon + 1)) };
}
