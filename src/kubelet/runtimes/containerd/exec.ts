import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { RuntimeCallFailed } from '../errors.ts';
import type { ExecRequest, ProcessStreams } from '../runtime.ts';
import { type Cri, unlessGone } from './cri.ts';
import { type Fifos, makeFifos } from './fifo.ts';
import type { ContainerStatusResponse } from './messages.ts';

/**
 * Runs a command in a container over containerd's Tasks API rather than the CRI's streaming URL, because only there
 * can stdin be closed while the outputs go on (`kubectl exec -i pod -- cat < file`).
 */
export async function execInContainer(cri: Cri, containerId: string, request: ExecRequest): Promise<ProcessStreams> {
  const spec = await processSpec(cri, containerId, request);
  const execId = randomBytes(16).toString('hex');
  const wantsStderr = request.stderr && !request.tty;
  const fifos = await makeFifos([
    ...(request.stdin ? ['stdin'] : []),
    ...(request.stdout || request.tty ? ['stdout'] : []),
    ...(wantsStderr ? ['stderr'] : []),
  ]);
  const process: ExecProcess = { cri, containerId, execId, fifos };
  try {
    return await startProcess(process, request, spec);
  } catch (error) {
    await fifos[Symbol.asyncDispose]();
    throw error;
  }
}

interface ExecProcess {
  readonly cri: Cri;
  readonly containerId: string;
  readonly execId: string;
  readonly fifos: Fifos;
}

async function startProcess(process: ExecProcess, request: ExecRequest, spec: object): Promise<ProcessStreams> {
  const { cri, containerId, execId, fifos } = process;
  const { paths } = fifos;
  const outputs: Socket[] = [];
  const reader = async (name: string) => {
    if (!paths[name]) return undefined;
    const socket = await fifos.reader(name);
    outputs.push(socket);
    return socket;
  };
  const stdout = await reader('stdout');
  const stderr = await reader('stderr');
  const stdin = paths.stdin ? await fifos.writer('stdin') : undefined;
  const sockets = [...outputs, ...(stdin ? [stdin] : [])];
  for (const socket of sockets) socket.on('error', () => {}); // an end that went away shows as the end of the process
  try {
    await cri.tasks('Exec', {
      containerId,
      execId,
      terminal: request.tty,
      stdin: paths.stdin ?? '',
      stdout: paths.stdout ?? '',
      stderr: paths.stderr ?? '',
      spec: {
        type_url: 'types.containerd.io/opencontainers/runtime-spec/1/Process',
        value: Buffer.from(JSON.stringify(spec)),
      },
    });
    await startExec(process);
  } catch (error) {
    for (const socket of sockets) socket.destroy();
    throw error;
  }
  stdin?.once('finish', () => stdin.destroy());
  stdin?.once('close', () => void cri.tasks('CloseIO', { containerId, execId, stdin: true }).catch(() => {})); // it may have ended
  let hasExited = false;
  const exited = (async () => {
    const { exitStatus } = await cri.tasks<{ exitStatus: number }>('Wait', { containerId, execId });
    hasExited = true;
    await drained(outputs);
    await unlessGone(cri.tasks('DeleteProcess', { containerId, execId }));
    stdin?.destroy();
    await Promise.all(outputs.map((output) => finished(output).catch(() => {}))); // ended either way
    await fifos[Symbol.asyncDispose]();
    return exitStatus;
  })();
  exited.catch(() => {}); // whoever awaits `exited` sees it
  return {
    stdin,
    stdout,
    stderr,
    exited,
    async resize({ width, height }) {
      if (!hasExited) await cri.tasks('ResizePty', { containerId, execId, width, height });
    },
    async [Symbol.asyncDispose]() {
      if (!hasExited) await unlessGone(cri.tasks('Kill', { containerId, execId, signal: SIGKILL }));
      for (const socket of sockets) socket.destroy();
      await exited.catch(() => {}); // the streams are gone, and with them whoever wanted to know
    },
  };
}

const SIGKILL = 9;
/** How long outputs that nobody closes (a child that lives on holds them) may stay silent after the exit. */
const SILENCE_MS = 2_000;

async function startExec({ cri, containerId, execId }: ExecProcess): Promise<void> {
  try {
    await cri.tasks('Start', { containerId, execId });
  } catch (error) {
    await unlessGone(cri.tasks('DeleteProcess', { containerId, execId })).catch(() => {}); // the first error says more
    if (!(error instanceof RuntimeCallFailed)) throw error;
    throw new RuntimeCallFailed(
      error.code,
      `failed to exec in container: failed to start exec "${execId}": ${error.description}`,
      {
        cause: error,
      },
    );
  }
}

/** Resolves when the outputs have ended, or have nothing more to say while their reader keeps up. */
async function drained(outputs: readonly Socket[]): Promise<void> {
  const ended = Promise.all(outputs.map((output) => finished(output).catch(() => {}))).then(() => true); // closed is ended
  for (let before = -1; ; ) {
    const read = outputs.reduce((sum, output) => sum + output.bytesRead, 0);
    const waits = outputs.some((output) => output.readableLength > 0);
    if (read === before && !waits) return;
    before = read;
    if (await Promise.race([ended, sleep(SILENCE_MS, false, { ref: false })])) return;
  }
}

interface RuntimeSpec {
  readonly process: { readonly env?: readonly string[]; readonly [field: string]: unknown };
}

/** The container's own process (user, capabilities, seccomp, environment, folder) with another command. */
async function processSpec(cri: Cri, containerId: string, { command, tty }: ExecRequest): Promise<object> {
  const { status, info } = await cri.runtime<ContainerStatusResponse>('ContainerStatus', {
    containerId,
    verbose: true,
  });
  if (status.state !== 'CONTAINER_RUNNING') {
    throw new RuntimeCallFailed('Unknown', `container is in ${status.state} state`);
  }
  const { runtimeSpec } = JSON.parse(info.info ?? '{}') as { runtimeSpec: RuntimeSpec };
  const { env = [], consoleSize: _, ...process } = runtimeSpec.process;
  const terminal = tty && !env.some((variable) => variable.startsWith('TERM=')) ? ['TERM=xterm'] : [];
  return { ...process, args: command, terminal: tty, env: [...env, ...terminal] };
}
