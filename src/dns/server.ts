import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '#base/log.ts';
import type { DnsHandler } from './handler.ts';
import { FrameReader, framed } from './tcp.ts';
import { answerBytes } from './wire.ts';

export interface Listen {
  readonly address: string;
  /** 0 takes any free one, the same for UDP and TCP. */
  readonly port: number;
}

/** Idle TCP clients are let go. Source: RFC 7766, 6.2.3. */
const IDLE_MS = 10_000;

export interface DnsListener extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
}

/** Serves UDP and TCP at one address. */
export async function listen(at: Listen, handler: DnsHandler, log: Logger): Promise<DnsListener> {
  const tcp = serveTcp(handler, log);
  tcp.listen(at.port, at.address);
  await once(tcp, 'listening');
  const bound = tcp.address();
  const port = typeof bound === 'object' && bound ? bound.port : at.port;
  const udp = serveUdp(at.address, handler, log);
  try {
    udp.bind(port, at.address);
    await once(udp, 'listening');
  } catch (error) {
    tcp.close();
    udp.close();
    throw error;
  }
  return { address: at.address, port, [Symbol.asyncDispose]: () => close(udp, tcp) };
}

const connections = new WeakMap<Server, Set<Socket>>();

async function close(udp: UdpSocket, tcp: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  udp.close(resolve);
  await promise;
  for (const socket of connections.get(tcp) ?? []) socket.destroy();
  tcp.close();
  await once(tcp, 'close');
}

function serveUdp(address: string, handler: DnsHandler, log: Logger): UdpSocket {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (query, from) => {
    answerBytes(query, handler, true).then(
      (reply) => reply && socket.send(reply, from.port, from.address),
      (err: unknown) => log.warn('dns reply could not be made', { err }),
    );
  });
  return socket;
}

function serveTcp(handler: DnsHandler, log: Logger): Server {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // A client that went away is no concern of ours.
    socket.on('error', () => socket.destroy());
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    const frames = new FrameReader((query) => {
      answerBytes(query, handler, false).then(
        (reply) => reply && socket.write(framed(reply)),
        (err: unknown) => log.warn('dns reply could not be made', { err }),
      );
    });
    socket.on('data', (chunk: Buffer) => frames.push(chunk));
  });
  connections.set(server, open);
  return server;
}
