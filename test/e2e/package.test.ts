import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, run } from '../support/tools.ts';

describe('the package, installed in an empty folder', () => {
  let folder: string;
  const inFolder = (program: string, ...args: string[]) =>
    run('sh', ['-c', 'cd "$0" && exec "$@"', folder, program, ...args], { timeoutMs: 60_000 });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'timonel-package-'));
    const packed = await run('npm', ['pack', root, '--pack-destination', folder, '--silent'], { timeoutMs: 120_000 });
    expect(packed.code, packed.stderr).toBe(0);
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
    const installed = await inFolder(
      'npm',
      'install',
      '--silent',
      '--no-audit',
      `./${packed.stdout.trim().split('\n').at(-1)}`,
    );
    expect(installed.code, installed.stderr).toBe(0);
  }, 180_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('brings nothing else along', async () => {
    const { stdout } = await inFolder('npm', 'ls', '--all', '--parseable');
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });

  it('has the command', async () => {
    const { stdout, code } = await inFolder('npx', '--no-install', 'timonel', 'version', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ timonel: '0.1.0', kubernetes: expect.stringMatching(/^v1\.36\./) });
  });

  it('has startCluster', async () => {
    const program = `
      import { resources, startCluster } from 'timonel';
      await using cluster = await startCluster();
      const nodes = resources.find(({ plural }) => plural === 'nodes');
      console.log((await cluster.client.list(nodes)).items.length);
    `;
    await writeFile(join(folder, 'program.js'), program);
    const { stdout, stderr } = await inFolder(process.execPath, 'program.js');
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe('1');
  });
});
