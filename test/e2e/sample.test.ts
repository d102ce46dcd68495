import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { root, run, toolPath, whyNoNodes } from '../support/tools.ts';

const url = 'http://127.0.0.1:30080';

async function isTaken(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  server.close();
  return !free;
}

const obstacle = whyNoNodes() ?? ((await isTaken(30_080)) ? 'port 30080 is in use' : undefined);

describe.skipIf(obstacle)(`npm run up${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  let dataDir: string;
  const name = `sample${process.pid % 10_000}`;
  const up = () =>
    run(
      process.execPath,
      [join(root, 'scripts/up.mjs'), '--name', name, '--data-dir', dataDir, '--port', '16443', '--uplink', 'none'],
      {
        timeoutMs: 300_000,
      },
    );
  const timonel = (word: string) =>
    run(process.execPath, [join(root, 'dist/main.js'), word, '--name', name, '--data-dir', dataDir], {
      timeoutMs: 90_000,
    });
  const kubectl = async (line: string) => {
    const env = { KUBECONFIG: join(dataDir, name, 'kubeconfig'), HOME: dataDir };
    const { code, stdout, stderr } = await run(toolPath('kubectl'), [...line.split(' '), '-n', 'task-manager'], {
      env,
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return stdout;
  };
  const titles = async () => {
    const answer = await fetch(`${url}/tasks`, { signal: AbortSignal.timeout(3_000) });
    return ((await answer.json()) as { title: string }[]).map(({ title }) => title);
  };
  const add = (title: string) => fetch(`${url}/tasks`, { method: 'POST', body: new URLSearchParams({ title }) });

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'timonel-sample-'));
    const { code, stdout, stderr } = await up();
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`The sample answers: ${url}`);
    expect(stdout).toContain(join(dataDir, name, 'kubeconfig'));
  }, 300_000);
  afterAll(async () => {
    expect((await timonel('delete')).code).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  }, 120_000);

  it('serves its page from both replicas of the web tier', async () => {
    const servers = new Set<string>();
    await eventually(async () => {
      // A connection of its own each time, since it is connections that the Service spreads.
      const page = await (await fetch(url, { headers: { connection: 'close' } })).text();
      expect(page).toContain('<h1>Things to do</h1>');
      servers.add(/served by (\S+)</.exec(page)?.[1] ?? '');
      return servers.size === 2;
    });
    const pods = await kubectl('get pods -l tier=web -o name');
    for (const server of servers) expect(pods).toContain(`pod/${server}`);
  });

  it('lets the web tier read its ConfigMap through the API, and nothing else', async () => {
    const about = (await (await fetch(`${url}/about`)).json()) as { config: Record<string, string> };
    expect(about.config['title']).toBe('Things to do');
    const who = '--as system:serviceaccount:task-manager:web';
    const can = async (line: string) =>
      (
        await run(toolPath('kubectl'), ['auth', 'can-i', ...line.split(' '), ...who.split(' '), '-n', 'task-manager'], {
          env: { KUBECONFIG: join(dataDir, name, 'kubeconfig'), HOME: dataDir },
        })
      ).stdout.trim();
    expect(await can('get configmap/task-manager')).toBe('yes');
    expect(await can('get secret/task-manager-database')).toBe('yes');
    expect(await can('list secrets')).toBe('no');
    expect(await can('delete pods')).toBe('no');
  });

  it('keeps tasks when the database pod is deleted', async () => {
    await add('survive the database');
    await kubectl('delete pod -l tier=database --wait=false');
    await eventually(async () => (await titles()).includes('survive the database'), {
      timeoutMs: 60_000,
      intervalMs: 200,
    });
  }, 90_000);

  it('keeps tasks through stop and up', async () => {
    await add('survive the night');
    expect((await timonel('stop')).code).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
    const { code, stderr } = await up();
    expect(code, stderr).toBe(0);
    expect(await eventually(async () => await titles(), { timeoutMs: 60_000 })).toEqual(
      expect.arrayContaining(['survive the database', 'survive the night']),
    );
  }, 240_000);

  it('finds everything there when it runs again', async () => {
    const { code, stderr } = await up();
    expect(code).toBe(0);
    expect(stderr).not.toContain('Building');
    expect(stderr).not.toContain('Importing');
  }, 90_000);
});
