import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './command.ts';
import { endProcess, identify, type ProcessIdentity } from './process-identity.ts';

/** Kills every container of the containerd at `socket`, and the shims that hold them. For when containerd is gone. */
export async function killShims(socket: string): Promise<void> {
  const shims = await findShims(socket);
  for (const shim of shims) {
    for (const child of await childrenOf(shim.identity.pid)) await endProcess(child, 0);
  }
  for (const { identity } of shims) await endProcess(identity, 500);
  for (const { id } of shims) await rm(join('/run/containerd/runc/k8s.io', id), { recursive: true, force: true });
}

interface Shim {
  readonly id: string;
  readonly identity: ProcessIdentity;
}

/** Shims carry their containerd's socket in their arguments: `-namespace k8s.io -id ID -address SOCKET`. */
async function findShims(socket: string): Promise<readonly Shim[]> {
  const shims: Shim[] = [];
  for (const pid of await pids()) {
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (!args[0]?.includes('containerd-shim') || args[args.indexOf('-address') + 1] !== socket) continue;
    const identity = await identify(pid);
    if (identity) shims.push({ id: args[args.indexOf('-id') + 1] ?? '', identity });
  }
  return shims;
}

async function childrenOf(parent: number): Promise<readonly ProcessIdentity[]> {
  const children: ProcessIdentity[] = [];
  for (const pid of await pids()) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const parentPid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const identity = parentPid === parent ? await identify(pid) : undefined;
    if (identity) children.push(identity);
  }
  return children;
}

async function pids(): Promise<readonly number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Unmounts all that is mounted below a folder, the deepest first. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const point of (await mountsBelow(folder)).reverse()) {
    try {
      await command('umount', ['-l', point]);
    } catch (error) {
      // A shim that is just ending unmounts too.
      if ((await mountsBelow(folder)).includes(point)) throw error;
    }
  }
}

async function mountsBelow(folder: string): Promise<string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  return mounts
    .split('\n')
    .map((line) => unescaped(line.split(' ')[4] ?? ''))
    .filter((point) => point.startsWith(`${folder}/`));
}

/** Blanks and the like stand there in octal. Source: proc(5). */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

const CGROUP_ROOT = '/sys/fs/cgroup';

/** Removes a control group with all below it, in every hierarchy (v1) or the one (v2). Its processes must be gone. */
export async function removeCgroup(name: string): Promise<void> {
  const hierarchies = await readdir(CGROUP_ROOT, { withFileTypes: true });
  const folders = [
    CGROUP_ROOT,
    ...hierarchies.filter((entry) => entry.isDirectory()).map((entry) => join(CGROUP_ROOT, entry.name)),
  ];
  for (const folder of folders) await removeTree(join(folder, name));
}

async function removeTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return;
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
