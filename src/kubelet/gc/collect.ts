import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { wireTime } from '../pod/time.ts';
import type { Container, ContainerRuntime } from '../runtimes/runtime.ts';

/** Removes dead containers but the newest dead one of each name, and dead sandboxes but the newest of each pod. */
export async function collectDead({ containers, sandboxes }: ContainerRuntime): Promise<void> {
  const all = await containers.list();
  const dead = all.filter(({ state }) => state === 'exited');
  for (const old of allButNewest(dead, ({ podUid, name }) => `${podUid}/${name}`)) await containers.remove(old.id);
  const kept = new Set((await containers.list()).map(({ sandboxId }) => sandboxId));
  for (const old of allButNewest(await sandboxes.list(), ({ pod }) => pod.uid)) {
    if (!old.isReady && !kept.has(old.id)) await sandboxes.remove(old.id);
  }
}

function allButNewest<T extends { createdAtMs: number; attempt: number }>(
  items: readonly T[],
  keyOf: (item: T) => string,
): readonly T[] {
  const seen = new Set<string>();
  return [...items]
    .sort((a, b) => b.createdAtMs - a.createdAtMs || b.attempt - a.attempt)
    .filter((item) => seen.has(keyOf(item)) || !seen.add(keyOf(item)));
}

export interface LogLimits {
  readonly maxBytes: number;
  /** Including the one that is written to. */
  readonly maxFiles: number;
}

const LOG_LIMITS: LogLimits = { maxBytes: 10 * 1024 * 1024, maxFiles: 5 };

/** Renames logs that have grown too long to `<log>.<time>` and lets the runtime open a new one. Source: upstream pkg/kubelet/logs. */
export async function rotateLogs(
  { containers }: ContainerRuntime,
  nowMs: number,
  limits: LogLimits = LOG_LIMITS,
): Promise<void> {
  const running = (await containers.list()).filter(({ state }: Container) => state === 'running');
  for (const { id } of running) {
    const path = (await containers.status(id))?.logPath;
    const size = path ? (await stat(path).catch(() => undefined))?.size : undefined;
    if (!path || size === undefined || size < limits.maxBytes) continue;
    await rename(path, `${path}.${wireTime(nowMs).replace(/[-:TZ]/g, '')}`);
    await containers.reopenLog(id);
    await dropOldest(path, limits.maxFiles - 1);
  }
}

async function dropOldest(path: string, keep: number): Promise<void> {
  const rotated = (await readdir(dirname(path))).filter((name) => name.startsWith(`${basename(path)}.`)).sort();
  for (const name of rotated.slice(0, Math.max(0, rotated.length - keep)))
    await rm(join(dirname(path), name), { force: true });
}

export interface ImageThresholds {
  /** Percent of the image disk in use at which collection starts, and down to which it goes. */
  readonly high: number;
  readonly low: number;
}

/** Removes unused images, the biggest first, once the disk is fuller than the high threshold. */
export async function collectImages(
  { images, containers }: ContainerRuntime,
  disk: { usedBytes: number; totalBytes: number },
  { high, low }: ImageThresholds = { high: 85, low: 80 },
): Promise<void> {
  if ((disk.usedBytes / disk.totalBytes) * 100 < high) return;
  let excess = disk.usedBytes - (disk.totalBytes * low) / 100;
  const statuses = await Promise.all((await containers.list()).map(({ id }) => containers.status(id)));
  const used = new Set(statuses.flatMap((status) => (status ? [status.image, status.imageRef] : [])));
  const isUsed = ({
    id,
    repoTags,
    repoDigests,
  }: {
    id: string;
    repoTags: readonly string[];
    repoDigests: readonly string[];
  }) =>
    [id, ...repoTags, ...repoDigests].some((name) => used.has(name)) ||
    repoTags.some((tag) => /(^|\/)pause:/.test(tag));
  for (const image of [...(await images.list())].sort((a, b) => b.sizeBytes - a.sizeBytes)) {
    if (excess <= 0) return;
    if (isUsed(image)) continue;
    await images.remove(image.id);
    excess -= image.sizeBytes;
  }
}
