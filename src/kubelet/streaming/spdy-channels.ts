import type { Duplex } from 'node:stream';
import type { Status } from '#gen/meta/v1.ts';
import type { Channels } from './channels.ts';
import { type SpdyStream, serveSpdy } from './spdy/connection.ts';
import { resizeFrom } from './web-socket-channels.ts';

const OPEN_TIMEOUT_MS = 30_000;

/** Waits until the client has opened every stream that it asked for. @throws {Error} after 30 s. */
export function spdyChannels(
  socket: Duplex,
  wants: { stdin: boolean; stdout: boolean; stderr: boolean; resize: boolean },
): Promise<Channels> {
  const needed = new Set([
    'error',
    ...(['stdin', 'stdout', 'stderr', 'resize'] as const).filter((name) => wants[name]),
  ]);
  const open = new Map<string, SpdyStream>();
  const gone = new AbortController();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      connection.close();
      reject(new Error('timed out waiting for client to create streams'));
    }, OPEN_TIMEOUT_MS);
    const connection = serveSpdy(socket, (stream) => {
      const type = stream.headers['streamtype'] ?? '';
      stream.on('error', () => stream.destroy());
      open.set(type, stream);
      if (![...needed].every((name) => open.has(name))) return;
      clearTimeout(timer);
      resolve(channelsOf(open, { close: () => connection.close(), gone: gone.signal }));
    });
    void connection.closed.then(() => {
      clearTimeout(timer);
      gone.abort();
      reject(new Error('the client has gone'));
    });
  });
}

function channelsOf(
  open: ReadonlyMap<string, SpdyStream>,
  { close, gone }: { close: () => void; gone: AbortSignal },
): Channels {
  const [stdout, stderr, error, resize] = ['stdout', 'stderr', 'error', 'resize'].map((name) => open.get(name));
  const ended = (stream: SpdyStream | undefined) =>
    new Promise<void>((resolve) => (stream && !stream.destroyed ? stream.end(() => resolve()) : resolve()));
  return {
    stdin: open.get('stdin'),
    stdout,
    stderr,
    gone,
    onResize: (listener) => void resize?.on('data', (body: Buffer) => resizeFrom(body, listener)),
    async finish(status: Status) {
      await Promise.all([ended(stdout), ended(stderr)]);
      error?.write(JSON.stringify(status));
      await ended(error);
      close();
    },
  };
}
