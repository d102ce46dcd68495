import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#base/log.ts';
import { namespacePath } from './command.ts';
import { endProcess, identify, isAlive, type ProcessIdentity, readPidFile, writePidFile } from './process-identity.ts';

export interface ContainerdOptions {
  /** The network namespace to run in; undefined: this machine's own. */
  readonly namespace: string | undefined;
  readonly config: string;
  readonly socket: string;
  /** Folder of config, pid file and log. */
  readonly folder: string;
  readonly log: Logger;
}

/** A containerd that is kept running until `stop`; it and its pods survive the death of this process. */
export interface ContainerdProcess extends AsyncDisposable {
  /** Ends containerd (not the pods). Disposing only ends the watch over it. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 20_000;
const WATCH_EVERY_MS = 1_000;

/** Adopts the containerd of an earlier run where it still answers, else starts one. Resolves when its socket answers. */
export async function startContainerd(options: ContainerdOptions): Promise<ContainerdProcess> {
  await mkdir(options.folder, { recursive: true });
  await mkdir(dirname(options.socket), { recursive: true, mode: 0o711 });
  const configChanged = await writeIfChanged(join(options.folder, 'config.toml'), options.config);
  let current = (await adopt(options, configChanged)) ?? (await launch(options));
  const watching = new AbortController();
  const watch = (async () => {
    while (!watching.signal.aborted) {
      await sleep(WATCH_EVERY_MS, undefined, { signal: watching.signal, ref: false });
      if (await isAlive(current)) continue;
      options.log.warn('containerd ended and is started again', { socket: options.socket });
      current = await launch(options).catch((error: unknown) => {
        options.log.error('containerd does not start', { err: error });
        return current;
      });
    }
  })().catch(() => {}); // the sleep was aborted: nobody watches any more
  const dispose = async () => {
    watching.abort();
    await watch;
  };
  return {
    async stop() {
      await dispose();
      await endProcess(current, 10_000);
      await rm(pidFileOf(options), { force: true });
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/** Ends the containerd that a pid file in `folder` names, if it lives. */
export async function stopContainerd(folder: string): Promise<void> {
  const identity = await readPidFile(pidFileOf({ folder }));
  if (identity) await endProcess(identity, 10_000);
  await rm(pidFileOf({ folder }), { force: true });
}

const pidFileOf = ({ folder }: { folder: string }) => join(folder, 'containerd.pid');

async function adopt(options: ContainerdOptions, configChanged: boolean): Promise<ProcessIdentity | undefined> {
  const identity = await readPidFile(pidFileOf(options));
  if (!identity) return undefined;
  if (!configChanged && (await answersWithin(options.socket, { timeoutMs: 5_000, alive: () => isAlive(identity) }))) {
    options.log.info('containerd of an earlier run is adopted', { pid: identity.pid });
    return identity;
  }
  await endProcess(identity, 10_000);
  return undefined;
}

async function launch(options: ContainerdOptions): Promise<ProcessIdentity> {
  const logFile = join(options.folder, 'containerd.log');
  const enter = options.namespace === undefined ? [] : ['nsenter', `--net=${namespacePath(options.namespace)}`, '--'];
  const [program, ...args] = [...enter, 'containerd', '--config', join(options.folder, 'config.toml')];
  await using output = await open(logFile, 'a');
  const child = spawn(program, args, { detached: true, stdio: ['ignore', output.fd, output.fd], cwd: '/' });
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  child.unref();
  const pid = child.pid;
  const alive = async () => failure === undefined && child.exitCode === null && child.signalCode === null;
  const ready = await answersWithin(options.socket, { timeoutMs: READY_WITHIN_MS, alive });
  const identity = pid === undefined ? undefined : await identify(pid);
  if (!ready || !identity) {
    if (identity) await endProcess(identity, 1_000);
    throw new Error(`containerd did not start: see ${logFile}`, { cause: failure });
  }
  await writePidFile(pidFileOf(options), identity);
  return identity;
}

interface Patience {
  readonly timeoutMs: number;
  readonly alive: () => Promise<boolean>;
}

async function answersWithin(socket: string, { timeoutMs, alive }: Patience): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (await answers(socket)) return true;
    if (!(await alive())) return false;
    await sleep(10);
  }
  return false;
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
}

async function writeIfChanged(file: string, text: string): Promise<boolean> {
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before === text) return false;
  await writeFile(file, text);
  return true;
}
