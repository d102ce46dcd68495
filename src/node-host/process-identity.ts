import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that is surely the one that was meant: pids are used again, pid and start time together are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot. Source: proc(5), /proc/[pid]/stat field 22. */
  readonly startTicks: string;
}

/** The living process with this pid. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = afterName;
  const startTicks = afterName[19];
  return state === 'Z' || state === 'X' || startTicks === undefined ? undefined : { pid, startTicks };
}

export async function isAlive({ pid, startTicks }: ProcessIdentity): Promise<boolean> {
  return (await identify(pid))?.startTicks === startTicks;
}

export async function writePidFile(file: string, identity: ProcessIdentity): Promise<void> {
  await writeFile(file, `${identity.pid} ${identity.startTicks}\n`);
}

/** The process that a pid file names, if it still lives. */
export async function readPidFile(file: string): Promise<ProcessIdentity | undefined> {
  const [pid = '', startTicks = ''] = (await readFile(file, 'utf8').catch(() => '')).trim().split(' ');
  const identity = { pid: Number(pid), startTicks };
  return identity.pid > 0 && (await isAlive(identity)) ? identity : undefined;
}

/** SIGTERM, then SIGKILL after the grace; resolves when it is gone. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!(await isAlive(identity))) return;
    signalProcess(identity.pid, signal);
    const deadline = performance.now() + waitMs;
    while ((await isAlive(identity)) && performance.now() < deadline) await sleep(10);
  }
}

/** It may have ended since it was last looked at. */
function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
