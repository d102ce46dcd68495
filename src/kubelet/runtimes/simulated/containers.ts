import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { RuntimeCallFailed } from '../errors.ts';
import type {
  Container,
  ContainerService,
  ContainerStats,
  ContainerStatus,
  ExecResult,
  StreamService,
} from '../runtime.ts';
import { behaviourOf } from './behaviour.ts';
import { imageIdOf } from './images.ts';
import { exit, logPathOf, startProcess } from './process.ts';
import type { SimulatedContainer, World } from './state.ts';
import { runningContainer } from './streams.ts';

const KILLED = 137;
const TERMINATED = 143;

export function simulatedContainers(world: World, streams: StreamService): ContainerService {
  const { containers, clock } = world;
  return {
    async create(sandboxId, config, sandbox) {
      if (!world.sandboxes.get(sandboxId)?.isReady) {
        throw new RuntimeCallFailed('NotFound', `failed to find sandbox id "${sandboxId}": not found`);
      }
      const id = randomBytes(32).toString('hex');
      containers.set(id, {
        id,
        sandboxId,
        config,
        sandbox,
        behaviour: behaviourOf(sandbox.annotations, config.name),
        createdAtMs: clock.now(),
        state: 'created',
        startedAtMs: 0,
        finishedAtMs: 0,
        exitCode: 0,
        listeners: new Set(),
        atExit: new Set(),
        input: [],
      });
      return id;
    },
    async start(id) {
      const container = containers.get(id);
      if (!container) throw new RuntimeCallFailed('NotFound', `container "${id}" not found`);
      if (container.state !== 'created')
        throw new RuntimeCallFailed('Unknown', `container "${id}" is in ${container.state} state`);
      await startProcess(world, container);
    },
    async stop(id, graceSeconds) {
      const container = containers.get(id);
      if (container?.state === 'running') await stopProcess(world, container, graceSeconds * 1000);
      else if (container) exit(world, container, KILLED);
    },
    async remove(id) {
      const container = containers.get(id);
      if (!container) return;
      exit(world, container, KILLED);
      containers.delete(id);
      world.changed(container.sandbox.pod.uid);
    },
    list: async () => [...containers.values()].map(toContainer),
    async status(id) {
      const container = containers.get(id);
      return container && toStatus(world, container);
    },
    async updateResources(id) {
      runningContainer(world, id);
    },
    execSync: (id, command, timeoutSeconds) => execSync(world, streams, { id, command, timeoutSeconds }),
    async reopenLog() {},
    stats: async () =>
      [...containers.values()].filter(({ state }) => state === 'running').map((one) => toStats(world, one)),
  };
}

async function stopProcess(world: World, container: SimulatedContainer, graceMs: number): Promise<void> {
  const { stopDelayMs } = container.behaviour;
  const inTime = graceMs > 0 && stopDelayMs <= graceMs;
  const waitMs = inTime ? stopDelayMs : graceMs;
  if (waitMs > 0) await world.clock.sleep(waitMs);
  exit(world, container, inTime ? TERMINATED : KILLED);
}

interface SyncRequest {
  readonly id: string;
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
}

async function execSync(
  world: World,
  streams: StreamService,
  { id, command, timeoutSeconds }: SyncRequest,
): Promise<ExecResult> {
  await using process = await streams.exec(id, { command, stdin: false, stdout: true, stderr: true, tty: false });
  const outcome = Promise.all([
    buffer(process.stdout ?? Readable.from([])),
    buffer(process.stderr ?? Readable.from([])),
    process.exited,
  ]);
  outcome.catch(() => {}); // after a time-out nobody asks for it
  const ended = new AbortController();
  const late = world.clock.sleep(timeoutSeconds > 0 ? timeoutSeconds * 1000 : Number.MAX_SAFE_INTEGER, ended.signal);
  const timeout = late.then(
    () => undefined,
    () => undefined,
  );
  const result = await Promise.race([outcome, timeout]);
  ended.abort();
  if (!result)
    throw new RuntimeCallFailed(
      'DeadlineExceeded',
      `failed to exec in container: timeout ${timeoutSeconds}s exceeded: context deadline exceeded`,
    );
  const [stdout, stderr, exitCode] = result;
  return { stdout, stderr, exitCode };
}

function toContainer({ id, config, sandbox, sandboxId, state, createdAtMs }: SimulatedContainer): Container {
  const { name, attempt, labels, annotations } = config;
  return { id, name, attempt, sandboxId, podUid: sandbox.pod.uid, state, createdAtMs, labels, annotations };
}

function toStatus(world: World, container: SimulatedContainer): ContainerStatus {
  const { config, state, exitCode, startedAtMs, finishedAtMs } = container;
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return {
    ...toContainer(container),
    image: config.image,
    imageRef: imageIdOf(config.image),
    startedAtMs,
    finishedAtMs,
    exitCode,
    reason: state === 'exited' ? reason : '',
    message: '',
    logPath: world.logs === 'files' ? logPathOf(container) : '',
  };
}

function toStats(
  { clock }: World,
  { id, sandbox, config, behaviour, startedAtMs }: SimulatedContainer,
): ContainerStats {
  const nowMs = clock.now();
  return {
    containerId: id,
    podUid: sandbox.pod.uid,
    name: config.name,
    timestampMs: nowMs,
    cpuUsageNanos: (nowMs - startedAtMs) * behaviour.cpuMillis * 1000,
    memoryWorkingSetBytes: behaviour.memoryBytes,
    memoryUsageBytes: behaviour.memoryBytes,
    memoryRssBytes: behaviour.memoryBytes,
    writableLayerBytes: 0,
    writableLayerInodes: 0,
  };
}
