import type { Stats } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import type { VolumeKind } from './volume.ts';

const CHECKS: Readonly<Record<string, { is: (stats: Stats) => boolean; what: string }>> = {
  Directory: { is: (stats) => stats.isDirectory(), what: 'a directory' },
  DirectoryOrCreate: { is: (stats) => stats.isDirectory(), what: 'a directory' },
  File: { is: (stats) => stats.isFile(), what: 'a file' },
  FileOrCreate: { is: (stats) => stats.isFile(), what: 'a file' },
  Socket: { is: (stats) => stats.isSocket(), what: 'a socket file' },
  CharDevice: { is: (stats) => stats.isCharacterDevice(), what: 'a character device' },
  BlockDevice: { is: (stats) => stats.isBlockDevice(), what: 'a block device' },
};

/** Makes or checks what a hostPath names. @throws {Error} `hostPath type check failed: …`. */
export async function checkHostPath(path: string, type: string): Promise<void> {
  if (type === 'DirectoryOrCreate') await mkdir(path, { recursive: true, mode: 0o755 });
  if (type === 'FileOrCreate') await (await open(path, 'a', 0o644)).close();
  const check = CHECKS[type];
  if (!check) return;
  const stats = await stat(path).catch(() => undefined);
  if (!stats || !check.is(stats)) throw new Error(`hostPath type check failed: ${path} is not ${check.what}`);
}

export const hostPath: VolumeKind = {
  name: 'kubernetes.io~host-path',
  claims: (volume) => volume.hostPath !== undefined,
  async setUp({ hostPath: source }) {
    const path = source?.path ?? '';
    await checkHostPath(path, source?.type ?? '');
    return { hostPath: path, ownsFiles: false };
  },
};
