import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#base/log.ts';
import { namespacePath } from '#node-host/command.ts';
import { endProcess, isAlive, type ProcessIdentity, readPidFile } from '#node-host/process-identity.ts';
import { startDaemon } from './daemon.ts';

export interface AgentProcessOptions {
  readonly name: string;
  readonly namespace: string;
  readonly command: readonly [string, ...string[]];
  readonly pidFile: string;
  readonly logFile: string;
  readonly log: Logger;
}

const WATCH_EVERY_MS = 500;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** An agent that ran for this long is trusted again. */
const STABLE_MS = 60_000;
const STOP_GRACE_MS = 5_000;

/**
 * Runs the agent of a node in its namespace, and again whenever it ends. An agent of an earlier server is replaced,
 * since it may be of an older release. Disposing ends it.
 */
export async function startAgentProcess(options: AgentProcessOptions): Promise<AsyncDisposable> {
  const { name, namespace, command, pidFile, logFile, log } = options;
  const stop = new AbortController();
  const earlier = await readPidFile(pidFile);
  if (earlier) await endProcess(earlier, STOP_GRACE_MS);
  const launch = (): Promise<ProcessIdentity> =>
    startDaemon(
      { command: ['nsenter', `--net=${namespacePath(namespace)}`, '--', ...command], pidFile, logFile },
      async () => true,
      stop.signal,
    );
  let current = await launch();
  const watching = (async () => {
    let retryMs = FIRST_RETRY_MS;
    let startedMs = performance.now();
    while (!stop.signal.aborted) {
      await sleep(WATCH_EVERY_MS, undefined, { signal: stop.signal, ref: false });
      if (await isAlive(current)) continue;
      if (performance.now() - startedMs > STABLE_MS) retryMs = FIRST_RETRY_MS;
      log.warn('agent ended and is started again', { node: name, inMs: retryMs, log: logFile });
      await sleep(retryMs, undefined, { signal: stop.signal, ref: false });
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
      startedMs = performance.now();
      current = await launch();
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) log.error('agent is not watched any more', { node: name, err: error });
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching;
      await endProcess(current, STOP_GRACE_MS);
    },
  };
}
