import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod, Volume } from '#gen/core/v1.ts';
import { wholeValue } from '../pod/quantity.ts';
import { emptyDir } from './empty-dir.ts';

/** Memory-backed folders are held to their size by the kernel. */
const isLimited = ({ emptyDir: source }: Volume): boolean =>
  source?.medium !== 'Memory' && wholeValue(source?.sizeLimit) > 0;

export const hasLimitedFolders = (pod: Pod): boolean => (pod.spec.volumes ?? []).some(isLimited);

/** Why the pod must go: a folder holds more than its limit. Source: upstream eviction_manager.go emptyDirLimitEviction. */
export async function overLimit(pod: Pod, podFolder: string): Promise<string | undefined> {
  for (const volume of (pod.spec.volumes ?? []).filter(isLimited)) {
    const used = await diskUsage(join(podFolder, 'volumes', emptyDir.name, volume.name));
    const limit = volume.emptyDir?.sizeLimit;
    if (used > wholeValue(limit)) return `Usage of EmptyDir volume "${volume.name}" exceeds the limit "${limit}". `;
  }
  return undefined;
}

/** Bytes of disk in use at and below a path; 0 for what is not there. */
async function diskUsage(path: string): Promise<number> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats) return 0;
  let sum = stats.isDirectory() ? 0 : stats.blocks * 512;
  if (!stats.isDirectory()) return sum;
  for (const name of await readdir(path).catch(() => [])) sum += await diskUsage(join(path, name));
  return sum;
}
