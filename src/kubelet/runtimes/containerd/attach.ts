import { PassThrough, type Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type WebSocket from 'ws';
import type { ExecRequest, ProcessStreams } from '../runtime.ts';
import type { Cri } from './cri.ts';
import { onChannel, openStreamingUrl, sendOn } from './websocket.ts';

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4 } as const;

/** Joins a container's own streams over the CRI's Attach URL. */
export async function attachToContainer(
  cri: Cri,
  containerId: string,
  request: Omit<ExecRequest, 'command'>,
): Promise<ProcessStreams> {
  const { tty, stdout } = request;
  const stderr = request.stderr && !tty;
  const open = async (stdin: boolean) => {
    const wanted = { containerId, tty, stdin, stdout: true, stderr: !tty };
    return openStreamingUrl((await cri.runtime<{ url: string }>('Attach', wanted)).url);
  };
  // Always with stdin: containerd takes a connection without one for an input that has ended.
  const socket = await open(true);
  const streams = {
    stdout: stdout ? new PassThrough() : undefined,
    stderr: stderr ? new PassThrough() : undefined,
  };
  return {
    ...streams,
    stdin: request.stdin ? inputStream(socket, () => open(false)) : undefined,
    exited: outcome(socket, streams),
    async resize({ width, height }) {
      const size = Buffer.from(JSON.stringify({ Width: width, Height: height }));
      if (socket.readyState === socket.OPEN) await sendOn(socket, CHANNEL.resize, size);
    },
    async [Symbol.asyncDispose]() {
      socket.close();
    },
  };
}

/** How long the last input may take to arrive before its end is told on a way of its own. */
const SETTLE_MS = 100;

/**
 * The protocol has no word for the end of input. A second connection that has no input says it: containerd then closes
 * the stdin of a container with `stdinOnce`, and leaves others' open, just as it should.
 */
function inputStream(socket: WebSocket, openWithoutInput: () => Promise<WebSocket>): Writable {
  const sayEnd = async () => {
    await sleep(SETTLE_MS);
    if (socket.readyState !== socket.OPEN) return;
    const second = await openWithoutInput();
    second.on('error', () => {}); // shows as its close
    socket.once('close', () => second.close());
  };
  return new Writable({
    write: (chunk: Buffer, _encoding, done) =>
      void sendOn(socket, CHANNEL.stdin, chunk).then(
        () => done(),
        (error: Error) => done(error),
      ),
    final: (done) =>
      void sayEnd().then(
        () => done(),
        () => done(), // the container ended meanwhile
      ),
  });
}

/** Feeds the outputs; resolves with the exit code of the status message, 0 where there is none. */
function outcome(
  socket: WebSocket,
  streams: { stdout?: PassThrough | undefined; stderr?: PassThrough | undefined },
): Promise<number> {
  let exitCode = 0;
  const receivers = [undefined, streams.stdout, streams.stderr];
  onChannel(socket, (channel, bytes) => {
    if (channel === CHANNEL.status) exitCode = exitCodeOf(bytes);
    const stream = receivers[channel];
    if (bytes.length > 0 && stream && !stream.destroyed && !stream.write(bytes)) holdBack(socket, stream);
  });
  return new Promise((resolve) => {
    socket.on('error', () => {}); // shows as its close
    socket.once('close', () => {
      streams.stdout?.end();
      streams.stderr?.end();
      resolve(exitCode);
    });
  });
}

/** A reader that is slow slows the runtime, instead of filling memory. */
function holdBack(socket: WebSocket, stream: Readable): void {
  socket.pause();
  stream.once('drain', () => socket.resume());
  stream.once('close', () => socket.resume());
}

interface ExitStatus {
  readonly status?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** The status message is a metav1 Status with the code among its causes. Source: remotecommand v4. */
export function exitCodeOf(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  if (text === '') return 0;
  const { status, details } = JSON.parse(text) as ExitStatus;
  if (status === 'Success') return 0;
  const code = details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message;
  return code === undefined ? 1 : Number(code);
}
