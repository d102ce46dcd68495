import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMaps } from '#api/core/v1/config-map.ts';
import { eventually } from '#base/wait.ts';
import { adminConnection } from '#cluster/admin.ts';
import { foldersOf } from '#cluster/folders.ts';
import { busyboxImage, type RealCluster, startRealCluster } from '../support/real-cluster.ts';
import { run, whyNoNodes } from '../support/tools.ts';

const obstacle = whyNoNodes();
const IMAGE = 'timonel.local/busybox:1';
/** How long the steady pod sleeps: by it its process is found. */
const MARK = 31_415_000 + (process.pid % 1_000);
const WRITERS = 20;
const OBJECTS = 1_000;

describe.skipIf(obstacle)(`a cluster that is hurt${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  let cluster: RealCluster;
  const k = (line: string | readonly string[]) => cluster.kubectl(line);
  const folders = () => foldersOf(cluster.dataDir, cluster.name);
  const pidIn = async (file: string) => Number((await readFile(file, 'utf8')).split(' ')[0]);
  const up = async () => {
    const { code, stderr } = await cluster.timonel(['up']);
    expect(code, stderr).toBe(0);
  };
  const status = async (pod: string) => JSON.parse(await k(`get pod ${pod} -o json`)).status.containerStatuses[0];

  beforeAll(async () => {
    cluster = await startRealCluster({ images: [await busyboxImage()] });
    await k(['create', 'deployment', 'web', `--image=${IMAGE}`, '--', 'sleep', '3600']);
    await k([
      'run',
      'steady',
      `--image=${IMAGE}`,
      '--overrides={"spec":{"terminationGracePeriodSeconds":0}}',
      '--command',
      '--',
      'sh',
      '-c',
      `exec sleep ${MARK}`,
    ]);
    await k('wait --for=condition=Ready pod/steady --timeout=30s');
    await k('rollout status deployment/web --timeout=30s');
  }, 180_000);
  afterAll(() => cluster[Symbol.asyncDispose](), 90_000);

  it('keeps every acknowledged object when the server is killed in the middle of 1,000 creates; pods run on', async () => {
    const before = await status('steady');
    const acknowledged: string[] = [];
    await using client = await adminConnection(folders()).client();
    const pid = await pidIn(folders().serverPid);
    let next = 0;
    const writer = async () => {
      for (let n = next++; n < OBJECTS; n = next++) {
        await client.create(configMaps, { metadata: { name: `c${n}`, namespace: 'default' }, data: { n: String(n) } });
        acknowledged.push(`c${n}`);
        if (acknowledged.length === OBJECTS / 2) process.kill(pid, 'SIGKILL');
      }
    };
    await Promise.allSettled(Array.from({ length: WRITERS }, writer));
    expect(acknowledged.length).toBeGreaterThanOrEqual(OBJECTS / 2);
    expect(acknowledged.length).toBeLessThan(OBJECTS);

    await up();
    const stored = new Set(
      (await k('get configmaps -o name'))
        .trim()
        .split('\n')
        .map((name) => name.split('/')[1]),
    );
    expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
    expect(await status('steady')).toMatchObject({
      containerID: before.containerID,
      restartCount: before.restartCount,
    });
  }, 90_000);

  it('goes on with running containers when the agent is killed', async () => {
    const before = await status('steady');
    const node = `${cluster.name}-1`;
    const agent = folders().node(node).agentPid;
    const killed = await pidIn(agent);
    process.kill(killed, 'SIGKILL');
    await eventually(async () => (await pidIn(agent)) !== killed, { timeoutMs: 15_000 });
    await eventually(async () => (await k(['exec', 'steady', '--', 'echo', 'back'])).includes('back'), {
      timeoutMs: 20_000,
      intervalMs: 200,
    });
    expect(await status('steady')).toMatchObject({ containerID: before.containerID, restartCount: 0 });
  }, 60_000);

  it('restarts a container whose process is killed', async () => {
    const before = await status('steady');
    const { stdout } = await run('pgrep', ['-x', '-f', `sleep ${MARK}`]);
    const pid = Number(stdout);
    expect(pid).toBeGreaterThan(1);
    process.kill(pid, 'SIGKILL');
    await eventually(async () => (await status('steady')).restartCount === before.restartCount + 1, {
      timeoutMs: 30_000,
      intervalMs: 200,
    });
    const after = await status('steady');
    expect(after.lastState.terminated).toMatchObject({ exitCode: 137, containerID: before.containerID });
  }, 60_000);

  it('replaces a pod that is deleted', async () => {
    const name = (await k('get pods -l app=web -o name')).trim();
    await k(`delete ${name} --grace-period=1`);
    await k('wait --for=condition=available deployment/web --timeout=30s');
    expect((await k('get pods -l app=web -o name')).trim()).not.toContain(name);
  }, 60_000);

  it('starts everything again after stop and up', async () => {
    expect((await cluster.timonel(['stop'])).code).toBe(0);
    expect((await cluster.timonel(['status'])).code).toBe(5);
    await up();
    await k('wait --for=condition=available deployment/web --timeout=60s');
    await eventually(async () => (await status('steady')).ready === true, { timeoutMs: 60_000, intervalMs: 300 });
    expect((await k('get configmap c0 -o jsonpath={.data.n}')).trim()).toBe('0');
  }, 120_000);

  it('leaves nothing behind when it is deleted', async () => {
    const other = await startRealCluster({ nodes: 1 });
    const run0 = foldersOf(other.dataDir, other.name).run;
    expect((await run('ip', ['netns', 'list'])).stdout).toContain(other.name);
    await other[Symbol.asyncDispose]();
    expect((await run('ip', ['netns', 'list'])).stdout).not.toContain(other.name);
    expect(await readFile('/proc/mounts', 'utf8')).not.toContain(other.name);
    expect((await run('pgrep', ['-f', other.name])).stdout).toBe('');
    expect((await run('ls', [run0])).code).not.toBe(0);
    expect((await run('sh', ['-c', `find /sys/fs/cgroup -maxdepth 3 -name '*${other.name}*' | head -1`])).stdout).toBe(
      '',
    );
  }, 60_000);

  it('says in one sentence what is wrong, and what to do', async () => {
    const taken = await run(process.execPath, [
      join(process.cwd(), 'dist/main.js'),
      'up',
      '--name',
      'other',
      '--data-dir',
      cluster.dataDir,
      '--port',
      String(cluster.port),
      '--uplink',
      'none',
    ]);
    expect(taken).toMatchObject({ code: 3 });
    expect(taken.stderr).toMatch(/error: port \d+ is in use\n\s+what to do: choose another one: timonel up --port \d+/);
    const absent = await run(process.execPath, [
      join(process.cwd(), 'dist/main.js'),
      'status',
      '--name',
      'absent',
      '--data-dir',
      cluster.dataDir,
    ]);
    expect(absent).toMatchObject({ code: 5 });
    const spanish = await run(
      process.execPath,
      [join(process.cwd(), 'dist/main.js'), 'status', '--name', 'absent', '--data-dir', cluster.dataDir],
      { env: { LC_ALL: 'es_ES.UTF-8' } },
    );
    expect(spanish.stderr).toContain('qué hacer');
  });
});
