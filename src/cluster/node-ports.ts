import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { services } from '#api/core/v1/service.ts';
import type { Logger } from '#base/log.ts';
import type { Informer, InformerSet } from '#client/informer.ts';
import type { Service } from '#gen/core/v1.ts';
import { join } from './node-door.ts';

export interface NodePortOptions {
  readonly informers: InformerSet;
  /** Where on this machine the ports are offered: `127.0.0.1`. */
  readonly host: string;
  /** A connection to that port of a node. */
  readonly dial: (port: number) => Promise<Duplex>;
  readonly log: Logger;
}

/**
 * Offers the TCP NodePorts of all Services on this machine's loopback, for nodes that live in network namespaces. A
 * port that somebody else holds is left to them, with a warning.
 */
export function offerNodePorts({ informers, host, dial, log }: NodePortOptions): AsyncDisposable {
  const offered = new Map<number, { server: Server; sockets: Set<Duplex> }>();
  const informer = informers.for(services);

  const close = (port: number) => {
    const entry = offered.get(port);
    offered.delete(port);
    for (const socket of entry?.sockets ?? []) socket.destroy();
    entry?.server.close();
  };
  const open = (port: number) => {
    const sockets = new Set<Duplex>();
    const server = createServer({ allowHalfOpen: true }, (socket) => void forward(socket, sockets, () => dial(port)));
    offered.set(port, { server, sockets });
    server.on('error', (error) => {
      log.warn('node port is not offered on this machine', { host, port, err: error });
      if (offered.get(port)?.server === server) offered.delete(port);
    });
    server.listen(port, host);
  };
  const sync = () => {
    const wanted = nodePortsOf(informer);
    for (const port of [...offered.keys()]) if (!wanted.has(port)) close(port);
    for (const port of wanted) if (!offered.has(port)) open(port);
  };
  const unsubscribe = informer.onChange((change) => {
    if (hasNodePorts(change.object) || (change.type === 'set' && hasNodePorts(change.previous))) sync();
  });
  return {
    async [Symbol.asyncDispose]() {
      unsubscribe();
      for (const port of [...offered.keys()]) close(port);
    },
  };
}

async function forward(socket: Socket, sockets: Set<Duplex>, dial: () => Promise<Duplex>): Promise<void> {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  socket.on('error', () => socket.destroy());
  try {
    join(socket, await dial());
  } catch {
    // Nothing answers there: the client sees its connection reset, as it would on the node itself.
    socket.resetAndDestroy();
  }
}

const hasNodePorts = (service: Service | undefined): boolean =>
  service?.spec.ports?.some(({ nodePort }) => (nodePort ?? 0) > 0) ?? false;

function nodePortsOf(informer: Informer<Service>): Set<number> {
  const ports = new Set<number>();
  for (const { spec } of informer.list()) {
    for (const { nodePort, protocol } of spec.ports ?? []) {
      if (nodePort && (protocol ?? 'TCP') === 'TCP') ports.add(nodePort);
    }
  }
  return ports;
}
