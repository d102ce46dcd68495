import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  endProcess,
  identify,
  isAlive,
  type ProcessIdentity,
  readPidFile,
  writePidFile,
} from '#node-host/process-identity.ts';

export interface DaemonOptions {
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  readonly pidFile: string;
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** The process did not come up; `tail` holds the last lines that it wrote. */
export class DaemonFailed extends Error {
  override name = 'DaemonFailed';
  readonly tail: string;
  constructor(logFile: string, tail: string) {
    super(`it ended while starting; its log is ${logFile}`);
    this.tail = tail;
  }
}

/** Starts a process that outlives this one. @returns once it runs; `ready` is asked until it says yes. */
export async function startDaemon(
  options: DaemonOptions,
  ready: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<ProcessIdentity> {
  const [program, ...args] = options.command;
  await mkdir(dirname(options.pidFile), { recursive: true, mode: 0o711 });
  await mkdir(dirname(options.logFile), { recursive: true });
  await using output = await open(options.logFile, 'a');
  const start = (await output.stat()).size;
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
    cwd: '/',
    env: { ...process.env, ...options.env },
  });
  child.unref();
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => {}); // only asked while waiting below
  const identity = child.pid === undefined ? undefined : await identify(child.pid);
  if (!identity) {
    await Promise.race([failed, sleep(50)]);
    throw new DaemonFailed(options.logFile, await tailOf(options.logFile, start));
  }
  await writePidFile(options.pidFile, identity);
  while (!(await ready())) {
    if (signal.aborted) {
      await endProcess(identity, 20_000);
      signal.throwIfAborted();
    }
    if (!(await isAlive(identity))) throw new DaemonFailed(options.logFile, await tailOf(options.logFile, start));
    await sleep(10);
  }
  return identity;
}

/** SIGTERM, and SIGKILL after the grace. @returns whether there was anything to stop. */
export async function stopDaemon(pidFile: string, graceMs: number): Promise<boolean> {
  const identity = await readPidFile(pidFile);
  if (identity) await endProcess(identity, graceMs);
  await rm(pidFile, { force: true });
  return identity !== undefined;
}

/** The last lines of a log, of what was written behind `start`. */
export async function tailOf(logFile: string, start = 0): Promise<string> {
  const text = (await readFile(logFile)).subarray(start).toString('utf8');
  return text.trimEnd().split('\n').slice(-5).join('\n');
}
