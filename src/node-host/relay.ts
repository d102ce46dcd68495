import { rm } from 'node:fs/promises';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';
import type { Logger } from '#base/log.ts';

/** A unix socket is a file, and so a door between network namespaces: only listening and dialling are bound to one. */
export type Endpoint = { readonly path: string } | { readonly host: string; readonly port: number };

export interface RelayOptions {
  readonly listen: Endpoint;
  /** Where each connection goes on to; asked anew for each, so that the target may move. */
  readonly target: Endpoint | (() => Endpoint | Promise<Endpoint>);
  readonly log: Logger;
}

export interface Relay extends AsyncDisposable {
  /** Where it listens; a port that was 0 is the one that was given. */
  readonly address: Endpoint;
}

/**
 * Passes connections on byte by byte, in the namespace of the process that calls. An ended side ends the other (half
 * closed stays half closed); a broken one breaks it. Disposing ends all connections.
 */
export async function startRelay({ listen, target, log }: RelayOptions): Promise<Relay> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    hold(open, incoming);
    void (async () => {
      const endpoint = typeof target === 'function' ? await target() : target;
      join(incoming, hold(open, connect({ ...asOptions(endpoint), allowHalfOpen: true })), log);
    })().catch((error: unknown) => {
      log.debug('relay has no target', { err: error });
      incoming.destroy();
    });
  });
  if ('path' in listen) await rm(listen.path, { force: true }); // what a crash left; nobody listens on it
  await listening(server, listen);
  return {
    address: addressOf(server, listen),
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if ('path' in listen) await rm(listen.path, { force: true });
    },
  };
}

const asOptions = (endpoint: Endpoint): NetConnectOpts => ({ ...endpoint });

function hold(open: Set<Socket>, socket: Socket): Socket {
  open.add(socket);
  socket.once('close', () => open.delete(socket));
  return socket;
}

function join(incoming: Socket, outgoing: Socket, log: Logger): void {
  for (const [from, to] of [
    [incoming, outgoing],
    [outgoing, incoming],
  ] as const) {
    from.setNoDelay(true);
    from.on('error', (error) => log.debug('relayed connection broke', { err: error }));
    from.once('close', () => to.destroy());
    from.pipe(to);
  }
}

function listening(server: Server, endpoint: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(endpoint, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function addressOf(server: Server, listen: Endpoint): Endpoint {
  const address = server.address();
  if (address === null || typeof address === 'string') return listen;
  return { host: address.address, port: address.port };
}
