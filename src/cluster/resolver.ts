import { readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import type { Logger } from '#base/log.ts';
import { exchangeWith } from '#dns/exchange.ts';
import type { Exchange } from '#dns/plugins/forward.ts';
import { FrameReader, framed } from '#dns/tcp.ts';

const ANSWER_WITHIN_MS = 8_000;

/** This machine's resolvers, as /etc/resolv.conf names them. */
export async function machineResolvers(
  file = '/etc/resolv.conf',
): Promise<readonly { address: string; port: number }[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const addresses = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '');
  return addresses.map((address) => ({ address, port: 53 }));
}

/**
 * Lets nodes without a way out ask this machine's resolvers: DNS messages over a unix socket, framed as over TCP
 * (RFC 1035, section 4.2.2).
 */
export async function serveResolver({ path, log }: { path: string; log: Logger }): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    const reader = new FrameReader((query) => void answer(socket, query, log));
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
  });
  await rm(path, { force: true }); // what a crash left
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(socket: Socket, query: Buffer, log: Logger): Promise<void> {
  try {
    // Read anew each time: a laptop changes its resolvers as it moves.
    const reply = await exchangeWith(await machineResolvers())(query);
    if (!socket.destroyed) socket.write(framed(reply));
  } catch (error) {
    log.debug('no resolver answered', { err: error });
    socket.destroy();
  }
}

/** Asks through the socket, a connection for each question. */
export function throughResolver(path: string): Exchange {
  return (query) =>
    new Promise((resolve, reject) => {
      const socket = connect(path);
      const reader = new FrameReader((reply) => {
        resolve(reply);
        socket.destroy();
      });
      socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('the resolvers did not answer in time')));
      socket.once('connect', () => socket.write(framed(query)));
      socket.on('data', (chunk: Buffer) => reader.push(chunk));
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the resolvers did not answer')));
    });
}
