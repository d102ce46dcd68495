import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Finished, type Running, type RunOptions, root, run, start, toolPath } from './tools.ts';

const execute = promisify(execFile);
const main = join(root, 'dist/main.js');

/** A cluster that `timonel up` started on this machine for one test file: real containers, no way out of its nodes. */
export interface RealCluster extends AsyncDisposable {
  readonly name: string;
  readonly dataDir: string;
  readonly kubeconfig: string;
  readonly port: number;
  /** Runs `timonel` for this cluster. */
  timonel(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Runs kubectl; throws with what it printed where it fails. @returns standard output. */
  kubectl(line: string | readonly string[], options?: RunOptions): Promise<string>;
  /** The same, without judging its exit code. */
  tryKubectl(line: string | readonly string[], options?: RunOptions): Promise<Finished>;
  startKubectl(line: string | readonly string[], options?: RunOptions): Running;
  helm(line: string | readonly string[], options?: RunOptions): Promise<string>;
}

export interface RealClusterOptions {
  readonly nodes?: number;
  readonly simulatedNodes?: number;
  /** Image archives to take in. */
  readonly images?: readonly string[];
}

let count = 0;

export async function startRealCluster(options: RealClusterOptions = {}): Promise<RealCluster> {
  count += 1;
  const name = `t${process.pid % 10_000}w${process.env['VITEST_WORKER_ID'] ?? 0}x${count}`;
  const dataDir = await mkdtemp(join(tmpdir(), 'timonel-e2e-'));
  const port = await freePort();
  const home = join(dataDir, 'home');
  await mkdir(home);
  const kubeconfig = join(dataDir, name, 'kubeconfig');
  const timonel = (args: readonly string[], runOptions?: RunOptions) =>
    run(process.execPath, [main, ...args, '--name', name, '--data-dir', dataDir], {
      timeoutMs: 120_000,
      ...runOptions,
    });
  const env = { KUBECONFIG: kubeconfig, HOME: home };
  const words = (line: string | readonly string[]) => (typeof line === 'string' ? line.split(' ') : line);
  const withEnv = (given: RunOptions = {}): RunOptions => ({ ...given, env: { ...env, ...given.env } });
  const tryKubectl = (line: string | readonly string[], given?: RunOptions) =>
    run(toolPath('kubectl'), words(line), withEnv(given));

  const { nodes = 1, simulatedNodes = 0, images = [] } = options;
  const up = await timonel([
    'up',
    '--port',
    String(port),
    '--uplink',
    'none',
    '--nodes',
    String(nodes),
    '--simulated-nodes',
    String(simulatedNodes),
  ]);
  const cluster: RealCluster = {
    name,
    dataDir,
    kubeconfig,
    port,
    timonel,
    tryKubectl,
    async kubectl(line, given) {
      return succeed(`kubectl ${words(line).join(' ')}`, await tryKubectl(line, given));
    },
    startKubectl: (line, given) => start(toolPath('kubectl'), words(line), withEnv(given)),
    async helm(line, given) {
      return succeed(`helm ${words(line).join(' ')}`, await run(toolPath('helm'), words(line), withEnv(given)));
    },
    async [Symbol.asyncDispose]() {
      const { code, stderr } = await timonel(['delete']);
      if (code !== 0) throw new Error(`the cluster could not be deleted: ${stderr}`);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  if (up.code !== 0) {
    const log = await timonel(['logs', '--tail', '30']);
    await cluster[Symbol.asyncDispose]();
    throw new Error(`timonel up failed: ${up.stderr}\n${log.stdout}`);
  }
  for (const image of images) succeed('image import', await timonel(['image', 'import', image]));
  return cluster;
}

function succeed(what: string, { code, stdout, stderr }: Finished): string {
  if (code !== 0) throw new Error(`${what} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** An image with busybox, made once from the Debian package: `timonel.local/busybox:1`. */
export async function busyboxImage(): Promise<string> {
  return madeOnce('busybox', {
    name: 'timonel.local/busybox:1',
    packages: ['busybox'],
    withoutPackages: ['libcrypt1'],
    copy: { applets: '/usr/bin' },
    cmd: ['sh'],
  });
}

async function madeOnce(name: string, image: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = join(root, 'node_modules/.cache/timonel-images', name);
  const file = `${folder}.tar`;
  const text = JSON.stringify(image);
  const isMade = (await readFile(join(folder, 'made.json'), 'utf8').catch(() => '')) === text;
  if (isMade) return file;
  await mkdir(join(folder, 'applets'), { recursive: true });
  const applets = [
    'sh',
    'cat',
    'echo',
    'ls',
    'sleep',
    'wget',
    'nslookup',
    'nc',
    'httpd',
    'tar',
    'stty',
    'tty',
    'hostname',
    'rm',
    'mv',
    'chmod',
    'printf',
    'id',
    'dd',
    'ps',
    'kill',
    'date',
    'mkdir',
    'touch',
    'sha256sum',
    'df',
    'mount',
    'env',
    'test',
    'true',
    'false',
    'head',
    'wc',
    'ip',
    'grep',
  ];
  for (const applet of applets) await execute('ln', ['-sfn', 'busybox', join(folder, 'applets', applet)]);
  await writeFile(join(folder, 'image.json'), text);
  // Another test file may build the same at the same time: each under a name of its own, the last one stays.
  const draft = `${folder}.${process.pid}.tar`;
  const built = await run(process.execPath, [main, 'image', 'build', folder, '-f', draft], { timeoutMs: 120_000 });
  succeed('image build', built);
  await rename(draft, file);
  await writeFile(join(folder, 'made.json'), text);
  return file;
}
