import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerResources } from './runtimes/runtime.ts';

/** The cgroups of pods, which the kubelet owns: made with their limits before the sandbox, removed after it. */
export interface PodCgroups {
  ensure(path: string, resources: ContainerResources): Promise<void>;
  remove(path: string): Promise<void>;
  /** Paths of the pods' cgroups that there are, such as `/kubepods/burstable/pod<uid>`. */
  list(): Promise<readonly string[]>;
}

/** For runtimes without cgroups. */
export const noCgroups: PodCgroups = { ensure: async () => {}, remove: async () => {}, list: async () => [] };

const CLASSES = ['', 'burstable', 'besteffort'];

export interface CgroupOptions {
  /** `/sys/fs/cgroup`. */
  readonly root: string;
  /** `/kubepods`, or a name of its own for each node of one machine. */
  readonly base: string;
}

/** Finds out which version the machine has; on version 1 each pod has a folder in every controller. */
export async function systemCgroups({ root, base }: CgroupOptions): Promise<PodCgroups> {
  const entries = await readdir(root);
  const isV2 = entries.includes('cgroup.controllers');
  const v1 = [
    'cpu',
    'cpuacct',
    'cpuset',
    'memory',
    'devices',
    'freezer',
    'blkio',
    'pids',
    'hugetlb',
    'net_cls',
    'perf_event',
  ];
  const trees = isV2 ? [root] : v1.filter((name) => entries.includes(name)).map((name) => join(root, name));
  return {
    async ensure(path, resources) {
      for (const tree of trees) {
        if (isV2) await ensureV2(root, path);
        else await ensureV1(tree, path);
      }
      await (isV2 ? limitV2(join(root, path), resources) : limitV1(root, path, resources));
    },
    async remove(path) {
      for (const tree of trees) await removeTree(join(tree, path));
    },
    async list() {
      const found = new Set<string>();
      for (const tree of trees) {
        for (const qos of CLASSES) {
          for (const name of await childrenOf(join(tree, base, qos)))
            if (name.startsWith('pod')) found.add(join(base, qos, name));
        }
      }
      return [...found];
    },
  };
}

async function childrenOf(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Children first; a cgroup with a process in it stays, and the next clean-up tries again. */
async function removeTree(folder: string): Promise<void> {
  for (const child of await childrenOf(folder)) await removeTree(join(folder, child));
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'EBUSY') throw error;
  });
}

/** New cpuset folders start empty on version 1, and nothing can run in them, unless cloned from the parent. */
async function ensureV1(tree: string, path: string): Promise<void> {
  let folder = tree;
  for (const part of path.split('/').filter(Boolean)) {
    if (tree.endsWith('/cpuset')) await writeFile(join(folder, 'cgroup.clone_children'), '1');
    folder = join(folder, part);
    await mkdir(folder, { recursive: true });
  }
}

const CONTROLLERS = ['cpu', 'cpuset', 'io', 'memory', 'pids'];

async function ensureV2(root: string, path: string): Promise<void> {
  let folder = root;
  for (const part of path.split('/').filter(Boolean)) {
    for (const controller of CONTROLLERS) {
      // A controller that the kernel or the parent does not offer is done without.
      await writeFile(join(folder, 'cgroup.subtree_control'), `+${controller}`).catch(() => {});
    }
    folder = join(folder, part);
    await mkdir(folder, { recursive: true });
  }
}

async function limitV1(root: string, path: string, resources: ContainerResources): Promise<void> {
  const { cpuShares, cpuQuota, cpuPeriod, memoryLimitBytes } = resources;
  if (cpuShares) await writeFile(join(root, 'cpu', path, 'cpu.shares'), String(cpuShares));
  if (cpuPeriod) await writeFile(join(root, 'cpu', path, 'cpu.cfs_period_us'), String(cpuPeriod));
  if (cpuQuota) await writeFile(join(root, 'cpu', path, 'cpu.cfs_quota_us'), String(cpuQuota));
  if (memoryLimitBytes) await writeFile(join(root, 'memory', path, 'memory.limit_in_bytes'), String(memoryLimitBytes));
}

async function limitV2(folder: string, resources: ContainerResources): Promise<void> {
  const { cpuShares, cpuQuota, cpuPeriod = 100_000, memoryLimitBytes } = resources;
  // Weights from shares as the runtimes convert them: 2..262144 onto 1..10000.
  if (cpuShares)
    await writeFile(join(folder, 'cpu.weight'), String(1 + Math.floor(((cpuShares - 2) * 9999) / 262_142)));
  if (cpuQuota) await writeFile(join(folder, 'cpu.max'), `${cpuQuota} ${cpuPeriod}`);
  if (memoryLimitBytes) await writeFile(join(folder, 'memory.max'), String(memoryLimitBytes));
}
