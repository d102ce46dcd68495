import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Gives the files to the pod's group, and lets it read, write and enter. Source: upstream volume_linux.go SetVolumeOwnership. */
export async function giveToGroup(path: string, gid: number, policy: string | undefined): Promise<void> {
  const root = await lstat(path);
  const fits = root.gid === gid && (root.mode & 0o2770) === 0o2770;
  if (policy === 'OnRootMismatch' && fits) return;
  await give(path, gid);
}

async function give(path: string, gid: number): Promise<void> {
  const stats = await lstat(path);
  if (stats.isDirectory()) for (const name of await readdir(path)) await give(join(path, name), gid);
  await lchown(path, stats.uid, gid);
  if (!stats.isSymbolicLink()) await chmod(path, (stats.mode & 0o7777) | (stats.isDirectory() ? 0o2770 : 0o660));
}
