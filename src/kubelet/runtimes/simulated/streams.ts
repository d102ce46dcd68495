import { Duplex, PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { RuntimeCallFailed } from '../errors.ts';
import type { ExecRequest, ProcessStreams, StreamService } from '../runtime.ts';
import { runCommand } from './command.ts';
import type { SimulatedContainer, World } from './state.ts';

export function simulatedStreams(world: World): StreamService {
  return {
    exec: async (id, request) => execSimulated(world, runningContainer(world, id), request),
    attach: async (id, request) => attachSimulated(runningContainer(world, id), request),
    async portForward(sandboxId) {
      const sandbox = world.sandboxes.get(sandboxId);
      if (!sandbox?.isReady) throw new RuntimeCallFailed('Unknown', `sandbox "${sandboxId}" is not running`);
      return answering(sandbox.config.pod.name);
    },
  };
}

export function runningContainer(world: World, id: string): SimulatedContainer {
  const container = world.containers.get(id);
  if (!container)
    throw new RuntimeCallFailed('NotFound', `an error occurred when try to find container "${id}": not found`);
  if (container.state !== 'running') {
    throw new RuntimeCallFailed('Unknown', `container is in CONTAINER_${container.state.toUpperCase()} state`);
  }
  return container;
}

function execSimulated(world: World, container: SimulatedContainer, request: ExecRequest): ProcessStreams {
  const stdin = request.stdin ? new PassThrough() : undefined;
  const stdout = request.stdout || request.tty ? new PassThrough() : undefined;
  const stderr = request.stderr && !request.tty ? new PassThrough() : undefined;
  const killed = new AbortController();
  const run = runCommand(request.command, {
    env: container.config.envs,
    hostname: container.sandbox.hostname,
    stdin: stdin ?? new PassThrough().end(),
    stdout: (text) => put(stdout, text),
    stderr: (text) => put(stderr ?? stdout, text),
    sleep: (ms) => world.clock.sleep(ms, killed.signal),
  }).catch(() => 137); // killed while it waited
  const exited = (async () => {
    const code = await run;
    stdin?.destroy();
    await Promise.all([endOutput(stdout), endOutput(stderr)]);
    return code;
  })();
  return {
    stdin,
    stdout,
    stderr,
    exited,
    resize: async () => {},
    async [Symbol.asyncDispose]() {
      killed.abort();
      for (const stream of [stdin, stdout, stderr]) stream?.destroy();
      await exited;
    },
  };
}

/** Resolves when all of it was read; at once where nothing is left to read. */
async function endOutput(stream: PassThrough | undefined): Promise<void> {
  if (!stream || stream.destroyed) return;
  const ended = finished(stream).catch(() => {}); // destroyed is ended too
  await new Promise<void>((resolve) => stream.once('close', resolve).end(resolve));
  stream.read(0);
  await ended;
}

async function put(stream: PassThrough | undefined, text: string): Promise<void> {
  if (!stream || stream.destroyed || stream.write(text)) return;
  await new Promise<void>((resolve) => stream.once('drain', resolve).once('close', resolve));
}

function attachSimulated(container: SimulatedContainer, request: Omit<ExecRequest, 'command'>): ProcessStreams {
  const stdout = request.stdout ? new PassThrough() : undefined;
  const listen = (chunk: string) => void stdout?.write(chunk);
  container.listeners.add(listen);
  const wake = () => [...container.listeners].filter((other) => other !== listen).forEach((other) => other(''));
  const stdin = request.stdin
    ? new Writable({
        write(chunk: Buffer, _encoding, done) {
          container.input.push(chunk.toString());
          wake();
          done();
        },
      })
    : undefined;
  const exited = new Promise<number>((resolve) => {
    container.atExit.add(() => {
      stdout?.end();
      resolve(0);
    });
  });
  return {
    stdin,
    stdout,
    stderr: undefined,
    exited,
    resize: async () => {},
    async [Symbol.asyncDispose]() {
      container.listeners.delete(listen);
      stdout?.destroy();
    },
  };
}

/** Answers HTTP with the pod's name and echoes everything else. */
function answering(podName: string): Duplex {
  const isHttp = (text: string) => /^[A-Z]+ \S+ HTTP\/1\.[01]\r?\n/.test(text);
  return new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      const text = chunk.toString('latin1');
      const body = `${podName}\n`;
      if (!isHttp(text)) this.push(chunk);
      else
        this.push(
          `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        );
      if (isHttp(text)) this.push(null);
      done();
    },
    final(done) {
      if (!this.readableEnded) this.push(null);
      done();
    },
  });
}
