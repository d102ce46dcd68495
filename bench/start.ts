/**
 * How long a cluster takes to start, and what it weighs: `npm run bench:start`. Needs root and containerd; starts and
 * deletes a cluster of its own, whose nodes have no way out, a few times. Prints medians; asserts nothing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { adminConnection } from '#cluster/admin.ts';
import { foldersOf } from '#cluster/folders.ts';
import { busyboxImage } from '../test/support/real-cluster.ts';

const RUNS = 5;
const IDLE_MS = 20_000;
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'timonel-bench-'));
const name = `bench${process.pid % 10_000}`;
const folders = foldersOf(dataDir, name);
const flags = ['--name', name, '--data-dir', dataDir];
const timonel = (...words: string[]) => spawnSync(process.execPath, [main, ...words, ...flags], { encoding: 'utf8' });
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const figures = new Map<string, number[]>();
const note = (what: string, value: number) => figures.set(what, [...(figures.get(what) ?? []), value]);

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds().catch(() => false))) await sleep(5);
}

async function coldStart(): Promise<void> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [main, 'up', '--port', '17443', '--uplink', 'none', ...flags], {
    stdio: 'ignore',
  });
  const admin = adminConnection(folders);
  await until(() => admin.isReady());
  note('cold start to /readyz (ms)', performance.now() - startedMs);
  await using client = await admin.client();
  await until(async () => {
    const { items } = await client.list(nodes);
    return (
      items.length > 0 &&
      items.every(({ status }) => status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
    );
  });
  note('cold start to node Ready (ms)', performance.now() - startedMs);
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

async function startPods(): Promise<void> {
  timonel('image', 'import', await busyboxImage());
  await using client = await adminConnection(folders).client();
  for (let n = 0; n < 10; n++) {
    const containers = [{ name: 'c', image: 'timonel.local/busybox:1', command: ['sleep', '1000'] }];
    const startedMs = performance.now();
    const metadata = { name: `p${n}`, namespace: 'default' };
    await client.create(pods, { metadata, spec: { containers, terminationGracePeriodSeconds: 0 } });
    await until(async () => (await client.get(pods, metadata)).status.phase === 'Running');
    note('pod create to Running, one at a time (ms)', performance.now() - startedMs);
  }
  await client.deleteCollection(pods, { namespace: 'default' });
}

/** Resident memory of the cluster's processes by what they are, MiB. */
function weigh(): void {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    let line: string;
    try {
      line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      continue; // it ended meanwhile
    }
    const part = ['server', 'agent'].find((word) => line.includes(`main.js ${word}`) && line.includes(name));
    if (!part) continue;
    const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    note(`idle resident memory of the ${part} (MiB)`, kilobytes / 1024);
  }
}

try {
  for (let run = 0; run < RUNS; run++) {
    await coldStart();
    if (run === RUNS - 1) {
      await sleep(IDLE_MS);
      weigh();
      await startPods();
    }
    timonel('delete');
  }
} finally {
  timonel('delete');
  rmSync(dataDir, { recursive: true, force: true });
}
process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}\n`,
);
for (const [what, values] of figures) {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0));
  process.stdout.write(
    `${what.padEnd(46)} median ${median(values).toFixed(0)}  (${least} to ${most}, n=${values.length})\n`,
  );
}
process.exit(0);
