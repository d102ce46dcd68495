import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import type { ContainerConfig, ContainerRuntime, SandboxConfig, SecurityContext } from './runtime.ts';

/** What a runtime's test gives the contract: the runtime, and an image that has a shell (or answers as if). */
export interface RuntimeUnderTest {
  readonly runtime: ContainerRuntime;
  readonly image: string;
  /** Where pods' control groups go; removed by `dispose`. */
  readonly cgroupRoot: string;
  /** Makes a container exit by itself with this code after this time. */
  exiting(code: number, afterMs: number): Partial<ContainerConfig>;
  /** Makes a container write this line and stay. */
  saying(line: string): Partial<ContainerConfig>;
  dispose(): Promise<void>;
}

const security: SecurityContext = {
  privileged: false,
  supplementalGroups: [],
  readonlyRootfs: false,
  noNewPrivs: false,
  addCapabilities: [],
  dropCapabilities: [],
  seccomp: { type: 'RuntimeDefault' },
};
const namespaces = { network: 'POD', pid: 'CONTAINER', ipc: 'POD' } as const;

/** Every runtime keeps these promises of runtime.ts. */
export function runtimeContract(name: string, start: () => Promise<RuntimeUnderTest>): void {
  describe(`runtime contract: ${name}`, () => {
    let under: RuntimeUnderTest;
    let runtime: ContainerRuntime;
    let logs: string;
    let counter = 0;
    const sandboxIds: string[] = [];

    beforeAll(async () => {
      logs = await mkdtemp(join(tmpdir(), 'timonel-logs-'));
      under = await start();
      runtime = under.runtime;
    });
    afterEach(async () => {
      for (const id of sandboxIds.splice(0)) {
        await runtime.sandboxes.stop(id);
        await runtime.sandboxes.remove(id);
      }
    });
    afterAll(async () => {
      await under?.dispose();
      await rm(logs, { recursive: true, force: true });
    });

    const sandboxConfig = (): SandboxConfig => {
      const uid = `uid-${++counter}`;
      return {
        pod: { uid, namespace: 'default', name: `pod-${counter}` },
        attempt: 0,
        hostname: `pod-${counter}`,
        logDirectory: join(logs, uid),
        portMappings: [],
        labels: { app: 'contract' },
        annotations: { note: 'kept' },
        cgroupParent: `${under.cgroupRoot}/pod${uid}`,
        namespaces,
        sysctls: {},
        security,
      };
    };
    const containerConfig = (config: Partial<ContainerConfig> = {}): ContainerConfig => ({
      name: 'main',
      attempt: 0,
      image: under.image,
      command: ['sleep', '1000'],
      args: [],
      workingDir: '',
      envs: [{ key: 'GREETING', value: 'grüße' }],
      mounts: [],
      devices: [],
      labels: { tier: 'web' },
      annotations: { kept: 'yes' },
      logPath: 'main/0.log',
      stdin: false,
      stdinOnce: false,
      tty: false,
      resources: { memoryLimitBytes: 64 << 20, cpuShares: 128 },
      security,
      namespaces,
      ...config,
    });
    const runSandbox = async () => {
      const config = sandboxConfig();
      const id = await runtime.sandboxes.run(config);
      sandboxIds.push(id);
      return { id, config };
    };
    const runContainer = async (config: Partial<ContainerConfig> = {}) => {
      const sandbox = await runSandbox();
      const id = await runtime.containers.create(sandbox.id, containerConfig(config), sandbox.config);
      await runtime.containers.start(id);
      return { id, sandbox };
    };
    const exec = (id: string, command: readonly string[], more: { stdin?: boolean; tty?: boolean } = {}) =>
      runtime.streams.exec(id, {
        command,
        stdin: more.stdin ?? false,
        stdout: true,
        stderr: true,
        tty: more.tty ?? false,
      });
    const exited = (id: string) =>
      eventually(async () => {
        const status = await runtime.containers.status(id);
        return status?.state === 'exited' && status;
      });

    it('says who it is and that it is ready', async () => {
      expect((await runtime.version()).runtimeVersion).not.toBe('');
      const conditions = await runtime.status();
      expect(conditions.filter((condition) => condition.status).map((condition) => condition.type)).toEqual(
        expect.arrayContaining(['RuntimeReady', 'NetworkReady']),
      );
    });

    it('gives every running sandbox an address of its own', async () => {
      const [one, two] = [await runSandbox(), await runSandbox()];
      const addresses = await Promise.all(
        [one, two].map(async ({ id }) => (await runtime.sandboxes.status(id))?.ips[0]),
      );
      expect(addresses.every((address) => /^\d+\.\d+\.\d+\.\d+$/.test(address ?? ''))).toBe(true);
      expect(new Set(addresses).size).toBe(2);
    });

    it('lists sandboxes with the pod they belong to', async () => {
      const { id, config } = await runSandbox();
      const found = (await runtime.sandboxes.list()).find((sandbox) => sandbox.id === id);
      expect(found).toMatchObject({ pod: config.pod, attempt: 0, isReady: true });
      expect(Math.abs(Date.now() - (found?.createdAtMs ?? 0))).toBeLessThan(60_000);
    });

    it('keeps a stopped sandbox, no longer ready, until it is removed', async () => {
      const { id } = await runSandbox();
      await runtime.sandboxes.stop(id);
      expect(await runtime.sandboxes.status(id)).toMatchObject({ isReady: false });
      await runtime.sandboxes.remove(id);
      expect(await runtime.sandboxes.status(id)).toBeUndefined();
    });

    it('stops and removes what is gone already', async () => {
      await runtime.sandboxes.stop('0123456789abcdef');
      await runtime.sandboxes.remove('0123456789abcdef');
      await runtime.containers.stop('0123456789abcdef', 1);
      await runtime.containers.remove('0123456789abcdef');
      expect(await runtime.containers.status('0123456789abcdef')).toBeUndefined();
    });

    it('takes a container from created to running to exited', async () => {
      const sandbox = await runSandbox();
      const id = await runtime.containers.create(sandbox.id, containerConfig(), sandbox.config);
      expect(await runtime.containers.status(id)).toMatchObject({ state: 'created', name: 'main', attempt: 0 });
      await runtime.containers.start(id);
      expect(await runtime.containers.status(id)).toMatchObject({
        state: 'running',
        podUid: sandbox.config.pod.uid,
        sandboxId: sandbox.id,
        reason: '',
      });
      await runtime.containers.stop(id, 0);
      const status = await runtime.containers.status(id);
      expect(status).toMatchObject({ state: 'exited', exitCode: 137 });
      expect(status?.finishedAtMs).toBeGreaterThanOrEqual(status?.startedAtMs ?? Number.POSITIVE_INFINITY);
    });

    it.each([
      [0, 'Completed'],
      [3, 'Error'],
    ])('tells exit code %i, reason %s', async (code, reason) => {
      const { id } = await runContainer(under.exiting(code, 10));
      expect(await exited(id)).toMatchObject({ exitCode: code, reason });
    });

    it('keeps labels and annotations of containers', async () => {
      const { id } = await runContainer();
      const container = (await runtime.containers.list()).find((one) => one.id === id);
      expect(container?.labels).toMatchObject({ tier: 'web' });
      expect(container?.annotations).toMatchObject({ kept: 'yes' });
    });

    it('removes a container for good', async () => {
      const { id } = await runContainer();
      await runtime.containers.stop(id, 0);
      await runtime.containers.remove(id);
      expect(await runtime.containers.status(id)).toBeUndefined();
      expect((await runtime.containers.list()).some((container) => container.id === id)).toBe(false);
    });

    it('writes the log in the CRI format', async () => {
      const { id, sandbox } = await runContainer(under.saying('good morning'));
      const file = join(sandbox.config.logDirectory, 'main/0.log');
      expect((await runtime.containers.status(id))?.logPath).toBe(file);
      const line = await eventually(
        async () => (await readFile(file, 'utf8').catch(() => '')).split('\n')[0] || undefined,
      );
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d) stdout F good morning$/);
    });

    it('runs a command to its end, with exit code and both outputs', async () => {
      const { id } = await runContainer();
      const good = await runtime.containers.execSync(id, ['echo', 'hello'], 10);
      expect({ ...good, stdout: good.stdout.toString() }).toMatchObject({ exitCode: 0, stdout: 'hello\n' });
      const bad = await runtime.containers.execSync(id, ['sh', '-c', 'exit 7'], 10);
      expect(bad.exitCode).toBe(7);
    });

    it("gives a command the container's environment", async () => {
      const { id } = await runContainer();
      expect((await runtime.containers.execSync(id, ['env'], 10)).stdout.toString()).toContain('GREETING=grüße\n');
    });

    it('streams a command: the end of stdin arrives, and the outputs after it', async () => {
      const { id } = await runContainer();
      await using process = await exec(id, ['cat'], { stdin: true });
      process.stdin?.write('one\n');
      process.stdin?.end('two\n');
      expect(await textOf(process.stdout ?? Readable.from([]))).toBe('one\ntwo\n');
      expect(await process.exited).toBe(0);
    });

    it('carries a big input through unharmed', async () => {
      const { id } = await runContainer();
      const sent = 'timonel\n'.repeat(200_000);
      await using process = await exec(id, ['cat'], { stdin: true });
      process.stdin?.end(sent);
      const received = await textOf(process.stdout ?? Readable.from([]));
      expect(received.length).toBe(sent.length);
      expect(received === sent).toBe(true);
    });

    it('tells the exit code of a streamed command after its outputs ended', async () => {
      const { id } = await runContainer();
      await using process = await exec(id, ['sh', '-c', 'exit 9']);
      expect(await textOf(process.stdout ?? Readable.from([]))).toBe('');
      expect(await process.exited).toBe(9);
    });

    it('gives a terminal one output and takes its size', async () => {
      const { id } = await runContainer();
      await using process = await exec(id, ['cat'], { stdin: true, tty: true });
      expect(process.stderr).toBeUndefined();
      await process.resize({ width: 132, height: 43 });
      process.stdin?.write('typed\n');
      let seen = '';
      process.stdout?.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
      });
      await eventually(() => seen.includes('typed'));
    });

    it('refuses to run a command in a container that is not running', async () => {
      const { id } = await runContainer(under.exiting(0, 1));
      await exited(id);
      await expect(exec(id, ['echo'])).rejects.toThrow(/state/);
    });

    it('lets go of a command whose streams are disposed', async () => {
      const { id } = await runContainer();
      const process = await exec(id, ['sleep', '1000']);
      await process[Symbol.asyncDispose]();
      expect(await runtime.containers.status(id)).toMatchObject({ state: 'running' });
    });

    it('reports the pod when its container starts and when it ends', async () => {
      const stop = new AbortController();
      const seen: string[] = [];
      const watching = (async () => {
        for await (const { podUid } of runtime.events(stop.signal)) seen.push(podUid);
      })();
      const { sandbox, id } = await runContainer(under.exiting(0, 50));
      await eventually(() => seen.includes(sandbox.config.pod.uid));
      await exited(id);
      seen.length = 0;
      await runtime.containers.remove(id);
      const again = await runContainer(under.exiting(1, 50));
      await eventually(() => seen.filter((uid) => uid === again.sandbox.config.pod.uid).length >= 2);
      stop.abort();
      await watching;
    });

    it('counts what running containers use', async () => {
      const { id, sandbox } = await runContainer();
      const stats = await eventually(async () =>
        (await runtime.containers.stats()).find((one) => one.containerId === id),
      );
      expect(stats).toMatchObject({ podUid: sandbox.config.pod.uid, name: 'main' });
      expect(stats.timestampMs).toBeGreaterThan(0);
      expect(stats.memoryWorkingSetBytes).toBeGreaterThanOrEqual(0);
    });

    it('changes the limits of a running container', async () => {
      const { id } = await runContainer();
      await runtime.containers.updateResources(id, { memoryLimitBytes: 48 << 20, cpuShares: 256 });
      expect(await runtime.containers.status(id)).toMatchObject({ state: 'running' });
    });

    it('finds an image by every form of its name', async () => {
      const image = await runtime.images.status(under.image);
      expect(image?.id).toBeTruthy();
      expect((await runtime.images.list()).some((one) => one.id === image?.id)).toBe(true);
    });

    it('refuses an image name that cannot be one', async () => {
      await expect(runtime.images.pull('Not A Name')).rejects.toMatchObject({ reason: 'InvalidImageName' });
    });

    it('tells how much room images take', async () => {
      expect((await runtime.images.fsInfo()).usedBytes).toBeGreaterThanOrEqual(0);
    });
  });
}
