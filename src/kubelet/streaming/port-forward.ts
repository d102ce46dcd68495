import type { Duplex } from 'node:stream';
import { type SpdyStream, serveSpdy } from './spdy/connection.ts';

interface Pair {
  data?: SpdyStream;
  error?: SpdyStream;
}

/** Joins each pair of `data` and `error` streams of one request to a new connection into the pod. Source: upstream portforward/httpstream.go. */
export async function servePortForward(socket: Duplex, connect: (port: number) => Promise<Duplex>): Promise<void> {
  const pairs = new Map<string, Pair>();
  const { closed } = serveSpdy(socket, (stream) => {
    const {
      streamtype: type,
      requestid: request = String(stream.id - (stream.headers['streamtype'] === 'data' ? 2 : 0)),
    } = stream.headers;
    const pair: Pair = pairs.get(request) ?? {};
    if (type === 'data') pair.data = stream;
    else pair.error = stream;
    stream.on('error', () => stream.destroy());
    pairs.set(request, pair);
    if (!pair.data || !pair.error) return;
    pairs.delete(request);
    void forward(pair.data, pair.error, connect);
  });
  await closed;
}

async function forward(data: SpdyStream, error: SpdyStream, connect: (port: number) => Promise<Duplex>): Promise<void> {
  const port = Number(data.headers['port']);
  error.resume();
  try {
    const inside = await connect(port);
    await joined(data, inside);
    error.end();
  } catch (cause) {
    error.end(`error forwarding port ${port} to pod: ${cause instanceof Error ? cause.message : String(cause)}`);
    data.destroy();
  }
}

/**
 * Copies both ways, each with its own half-close. Resolves when the pod has said all, since clients wait for the end of
 * the error stream before they close their own side.
 */
function joined(outside: Duplex, inside: Duplex): Promise<void> {
  outside.pipe(inside);
  inside.pipe(outside);
  return new Promise((resolve, reject) => {
    inside.once('error', (error) => {
      outside.destroy();
      reject(error);
    });
    outside.once('finish', resolve);
    outside.once('close', () => {
      inside.destroy();
      resolve();
    });
  });
}
