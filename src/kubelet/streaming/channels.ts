import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Status } from '#gen/meta/v1.ts';
import type { ProcessStreams } from '../runtimes/runtime.ts';
import { statusOfError, statusOfExit } from './remote-status.ts';

/** The client's side of an exec or attach, whatever protocol carries it. */
export interface Channels {
  readonly stdin: Readable | undefined;
  readonly stdout: Writable | undefined;
  readonly stderr: Writable | undefined;
  /** JSON objects `{"Width":80,"Height":24}`. */
  onResize(resize: (size: { width: number; height: number }) => void): void;
  /** Sends how it ended and closes. */
  finish(status: Status): Promise<void>;
  /** Aborts when the client has gone. */
  readonly gone: AbortSignal;
}

/** Joins a process to a client until the process ends or the client leaves. */
export async function join(channels: Channels, start: () => Promise<ProcessStreams>): Promise<void> {
  let process: ProcessStreams | undefined;
  try {
    process = await start();
    await channels.finish(await run(channels, process));
  } catch (error) {
    await channels.finish(statusOfError(error));
  } finally {
    await process?.[Symbol.asyncDispose]();
  }
}

async function run(channels: Channels, process: ProcessStreams): Promise<Status> {
  const { stdin, stdout, stderr, gone } = channels;
  if (stdin && process.stdin) {
    const sink = process.stdin;
    sink.on('error', () => stdin.resume());
    stdin.on('error', () => sink.end());
    stdin.pipe(sink);
  } else stdin?.resume();
  // A resize of a process that has just ended is of no use to anyone.
  channels.onResize((size) => void process.resize(size).catch(() => {}));
  const outputs = Promise.all([pump(process.stdout, stdout), pump(process.stderr, stderr)]);
  const left = new Promise<never>((_, reject) => {
    const leave = () => reject(new Error('the client has gone'));
    // It may have left while the process was being started.
    if (gone.aborted) leave();
    gone.addEventListener('abort', leave, { once: true });
  });
  const exitCode = await Promise.race([process.exited, left]);
  await Promise.race([outputs, left]);
  return statusOfExit(exitCode);
}

/** Resolves when all of it has been handed on; a stream that ended before anybody listened has ended too. */
async function pump(from: NodeJS.ReadableStream | undefined, to: Writable | undefined): Promise<void> {
  if (!from) return;
  if (to) from.pipe(to, { end: false });
  else from.resume();
  await finished(from, { writable: false }).catch(() => {}); // broken off is over
}
