import { PassThrough, Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Status } from '#gen/meta/v1.ts';
import type { Channels } from './channels.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
const CLOSE = 255;

/** Channels of `v4.channel.k8s.io` and `v5.channel.k8s.io`: the first byte of a message names its channel; v5 adds 255, which closes one. */
export function webSocketChannels(
  socket: WebSocket,
  wants: { stdin: boolean; stdout: boolean; stderr: boolean },
): Channels {
  const stdin = wants.stdin ? new PassThrough() : undefined;
  const gone = new AbortController();
  let resize: (size: { width: number; height: number }) => void = () => {};
  socket.on('message', (message: Buffer) => {
    const [channel, body] = [message[0], message.subarray(1)];
    if (channel === STDIN && stdin && !stdin.writableEnded && !stdin.write(body)) {
      socket.pause();
      stdin.once('drain', () => socket.resume());
    }
    if (channel === CLOSE && body[0] === STDIN) stdin?.end();
    if (channel === RESIZE) resizeFrom(body, resize);
  });
  socket.on('close', () => {
    stdin?.end();
    gone.abort();
  });
  socket.on('error', () => gone.abort());
  const stdout = wants.stdout ? channelSink(socket, STDOUT) : undefined;
  const stderr = wants.stderr ? channelSink(socket, STDERR) : undefined;
  return {
    stdin,
    stdout,
    stderr,
    gone: gone.signal,
    onResize: (listener) => {
      resize = listener;
    },
    async finish(status: Status) {
      await Promise.all([flushed(stdout), flushed(stderr)]);
      await sendOn(socket, ERROR, Buffer.from(JSON.stringify(status)));
      socket.close(1000);
    },
  };
}

/** Reads `{"Width":80,"Height":24}`; anything else is ignored. */
export function resizeFrom(body: Buffer, resize: (size: { width: number; height: number }) => void): void {
  try {
    const { Width, Height } = JSON.parse(body.toString()) as { Width?: number; Height?: number };
    if (Width && Height) resize({ width: Width, height: Height });
  } catch {
    // A size that cannot be read leaves the terminal as it is.
  }
}

function sendOn(socket: WebSocket, channel: number, body: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.send(Buffer.concat([Buffer.from([channel]), body]), { binary: true }, () => resolve());
  });
}

/** The status must not overtake output that still waits for a slow client. */
const flushed = (sink: Writable | undefined): Promise<void> =>
  new Promise((resolve) => (sink ? sink.end(() => resolve()) : resolve()));

const channelSink = (socket: WebSocket, channel: number): Writable =>
  new Writable({ write: (chunk: Buffer, _, done) => void sendOn(socket, channel, chunk).then(() => done()) });
