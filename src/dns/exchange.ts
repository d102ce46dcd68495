import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Exchange } from './plugins/forward.ts';
import { FrameReader } from './tcp.ts';

export interface Upstream {
  readonly address: string;
  readonly port: number;
}

/** How long one resolver may take. Source: CoreDNS forward, its read timeout. */
const TIMEOUT_MS = 2_000;
const TRUNCATED = 0x02;

/** Asks resolvers in turn over UDP, and over TCP where the reply did not fit. @throws the last one's failure. */
export function exchangeWith(upstreams: readonly Upstream[]): Exchange {
  return async (query) => {
    let failure: unknown = new Error('there is no resolver outside the cluster to ask');
    for (const upstream of upstreams) {
      try {
        const reply = await overUdp(query, upstream);
        return ((reply[2] ?? 0) & TRUNCATED) === 0 ? reply : await overTcp(query, upstream);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
}

function overUdp(query: Buffer, { address, port }: Upstream): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const timer = setTimeout(() => reject(new Error(`${address} did not answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  socket.on('error', reject);
  socket.on('message', (reply) => {
    // Only the reply with our id counts; anything else may be forged.
    if (reply.length >= 12 && reply.readUInt16BE(0) === query.readUInt16BE(0)) resolve(reply);
  });
  socket.connect(port, address, () => socket.send(query));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.close();
  });
}

function overTcp(query: Buffer, { address, port }: Upstream): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = connect({ host: address, port });
  const frames = new FrameReader(resolve);
  socket.setTimeout(TIMEOUT_MS, () => reject(new Error(`${address} did not answer within ${TIMEOUT_MS} ms`)));
  socket.on('error', reject);
  socket.on('data', (chunk: Buffer) => frames.push(chunk));
  socket.on('close', () => reject(new Error(`${address} closed the connection`)));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(query.length);
  socket.write(Buffer.concat([length, query]));
  return promise.finally(() => socket.destroy());
}
