import { PassThrough, type Readable, Writable } from 'node:stream';
import type WebSocket from 'ws';
import type { ExecRequest, ProcessStreams } from '../runtime.ts';
import type { Cri } from './cri.ts';
import { onChannel, openStreamingUrl, sendOn } from './websocket.ts';

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4 } as const;

/**
 * Joins a container's own streams over the CRI's Attach URL. Input has a connection of its own: closing it is the only
 * way that the protocol has to say that the input ended, and the outputs must go on after that.
 */
export async function attachToContainer(
  cri: Cri,
  containerId: string,
  request: Omit<ExecRequest, 'command'>,
): Promise<ProcessStreams> {
  const { tty, stdin, stdout } = request;
  const stderr = request.stderr && !tty;
  const open = async (channels: { stdin: boolean; stdout: boolean; stderr: boolean }) => {
    const { url } = await cri.runtime<{ url: string }>('Attach', { containerId, tty, ...channels });
    return openStreamingUrl(url);
  };
  const output = stdout || stderr ? await open({ stdin: false, stdout, stderr }) : undefined;
  const input = stdin ? await open({ stdin: true, stdout: false, stderr: false }) : undefined;
  input?.on('error', () => {}); // shows as its close
  const main = output ?? input;
  const streams = {
    stdout: stdout ? new PassThrough() : undefined,
    stderr: stderr ? new PassThrough() : undefined,
  };
  return {
    ...streams,
    stdin: input && inputStream(input),
    exited: main ? outcome(main, streams) : Promise.resolve(0),
    async resize({ width, height }) {
      const size = Buffer.from(JSON.stringify({ Width: width, Height: height }));
      if (main?.readyState === main?.OPEN && main) await sendOn(main, CHANNEL.resize, size);
    },
    async [Symbol.asyncDispose]() {
      input?.close();
      output?.close();
    },
  };
}

function inputStream(socket: WebSocket): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => void sendOn(socket, CHANNEL.stdin, chunk).then(() => done(), done),
    final(done) {
      socket.close();
      done();
    },
    destroy(error, done) {
      socket.close();
      done(error);
    },
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
