import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root, run, whyNoNodes } from '../support/tools.ts';

const main = join(root, 'dist/main.js');
const PORT = String(21_000 + (process.pid % 2_000));
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'timonel-cli-'));
  await chmod(dataDir, 0o777);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const timonel = (...words: string[]) =>
  run(process.execPath, [main, ...words, '--data-dir', dataDir], { timeoutMs: 60_000 });
/** The same as a user without any rights. */
const asNobody = (...words: string[]) =>
  run(
    'setpriv',
    ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, main, ...words, '--data-dir', dataDir],
    {
      env: { HOME: dataDir, XDG_RUNTIME_DIR: dataDir },
      timeoutMs: 60_000,
    },
  );

describe('timonel', () => {
  it('lists its commands, in the language of the user', async () => {
    expect((await run(process.execPath, [main])).stdout).toContain('Start a cluster');
    const spanish = await run(process.execPath, [main, '--help'], { env: { LC_ALL: 'es_MX.UTF-8' } });
    expect(spanish.stdout).toContain('Pone en marcha un clúster');
  });

  it.each([
    [['fly'], 2, /there is no command "fly"/],
    [['up', '--port', 'many'], 2, /--port cannot be "many"/],
    [['up', '--colour'], 2, /Unknown option '--colour'/],
    [['image', 'import'], 2, /FILE is missing/],
    [['up', '--name', 'Not Valid'], 2, /cannot be a cluster's name/],
    [['status'], 5, /is not running/],
    [['stop', 'now'], 2, /"now" is one word too many/],
    [['kubeconfig'], 5, /has no kubeconfig/],
    [['delete'], 5, /there is no cluster "timonel"/],
  ])('answers %j with exit code %i, the reason and what to do', async (words, code, reason) => {
    const result = await timonel(...words);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(reason);
    expect(result.stderr).toMatch(/what to do: \S/);
  });

  it('refuses the data of a newer release', async () => {
    await mkdir(join(dataDir, 'timonel'));
    await writeFile(join(dataDir, 'timonel/cluster.json'), '{"format": 99}');
    const { code, stderr } = await timonel('up');
    expect(code).toBe(3);
    expect(stderr).toMatch(/written by a newer release of Timonel .*\n.*update Timonel/);
  });

  // A clone in a private folder cannot be run by anybody else.
  const nobodyCan =
    spawnSync('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, main, 'version'])
      .status === 0;
  it.skipIf(!nobodyCan)(
    'says what real nodes need, and simulates them otherwise',
    async () => {
      const refused = await asNobody('up', '--runtime', 'containerd', '--port', PORT);
      expect(refused.code).toBe(3);
      expect(refused.stderr).toMatch(/what to do: real nodes need root/);
      const simulated = await asNobody('up', '--port', PORT, '-o', 'json');
      try {
        expect(simulated.code, simulated.stderr).toBe(0);
        expect(simulated.stderr).toContain('NO CONTAINERS WILL RUN');
        expect(JSON.parse(simulated.stdout)).toMatchObject({ nodes: 0, simulatedNodes: 1, started: true });
        const status = await asNobody('status', '-o', 'json');
        expect(JSON.parse(status.stdout)).toMatchObject({
          state: 'running',
          nodes: [{ name: 'timonel-sim-1', ready: true }],
        });
        expect((await asNobody('logs')).stdout).toContain('API is ready');
        expect((await asNobody('image', 'list')).stderr).toContain('no node of this cluster runs containers');
      } finally {
        expect((await asNobody('delete')).code).toBe(0);
      }
    },
    60_000,
  );

  it.skipIf(whyNoNodes())(
    'says that the disk is full',
    async () => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', dataDir]);
      try {
        const { code, stderr } = await timonel('up', '--port', PORT, '--uplink', 'none');
        expect(stderr).toMatch(/error: the disk that holds .* is full\n\s+cause: .*\n\s+what to do: free some space/);
        expect(code).toBe(3);
      } finally {
        await timonel('delete');
        execFileSync('umount', [dataDir]);
      }
    },
    60_000,
  );
});
