import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isKnownCommand, runCommand } from './command.ts';
import type { SimulatedContainer, World } from './state.ts';

export const logPathOf = ({ sandbox, config }: SimulatedContainer) => join(sandbox.logDirectory, config.logPath);

/** The life of a container from its start to its own end; `stopContainer` may end it sooner. */
export async function startProcess(world: World, container: SimulatedContainer): Promise<void> {
  const { behaviour } = container;
  if (behaviour.startDelayMs > 0) await world.clock.sleep(behaviour.startDelayMs);
  container.state = 'running';
  container.startedAtMs = world.clock.now();
  if (world.logs === 'files') await openLog(container);
  world.changed(container.sandbox.pod.uid);
  void live(world, container).then((code) => exit(world, container, code));
}

/** Marks the end; the first one counts. */
export function exit(world: World, container: SimulatedContainer, code: number): void {
  if (container.state === 'exited') return;
  container.state = 'exited';
  container.exitCode = code;
  container.finishedAtMs = world.clock.now();
  for (const tell of container.atExit) tell();
  container.atExit.clear();
  world.changed(container.sandbox.pod.uid);
}

/** Resolves with the exit code when it ends by itself, never where it runs on. */
async function live(world: World, container: SimulatedContainer): Promise<number> {
  const { behaviour, config } = container;
  for (const line of behaviour.logLines) await print(world, container, { stream: 'stdout', text: `${line}\n` });
  const command = [...config.command, ...config.args];
  if (behaviour.runTimeMs !== undefined) {
    await pause(world, container, behaviour.runTimeMs);
    return behaviour.exitCode;
  }
  if (command.length === 0 || !isKnownCommand(command)) return new Promise(() => {});
  return runCommand(command, {
    env: config.envs,
    hostname: container.sandbox.hostname,
    stdin: typedInput(container),
    stdout: (text) => print(world, container, { stream: 'stdout', text }),
    stderr: (text) => print(world, container, { stream: 'stderr', text }),
    sleep: (ms) => pause(world, container, ms),
  });
}

/** Waits, but holds no timer of a container that has ended. */
function pause(world: World, container: SimulatedContainer, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = world.clock.after(ms, resolve);
    container.atExit.add(cancel);
  });
}

async function* typedInput(container: SimulatedContainer): AsyncGenerator<string> {
  if (!container.config.stdin) return;
  while (container.state === 'running') {
    const next = container.input.shift();
    if (next !== undefined) yield next;
    else await new Promise<void>((resolve) => container.listeners.add(() => resolve()));
  }
}

interface Output {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Puts output into the log, in the CRI's format, and before whoever is attached. */
async function print(world: World, container: SimulatedContainer, { stream, text }: Output): Promise<void> {
  if (container.state !== 'running') return;
  for (const listen of container.listeners) listen(text);
  if (world.logs === 'none') return;
  const time = new Date(world.clock.now()).toISOString().replace('Z', '000000Z');
  const lines = text.replace(/\n$/, '').split('\n');
  await appendFile(logPathOf(container), lines.map((line) => `${time} ${stream} F ${line}\n`).join(''));
}

async function openLog(container: SimulatedContainer): Promise<void> {
  const file = logPathOf(container);
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, '');
}
