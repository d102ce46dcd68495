import { chmod, mkdir } from 'node:fs/promises';
import { wholeValue } from '../pod/quantity.ts';
import { mountTmpfs } from './mounts.ts';
import type { VolumeKind } from './volume.ts';

export const emptyDir: VolumeKind = {
  name: 'kubernetes.io~empty-dir',
  claims: (volume) => volume.emptyDir !== undefined,
  async setUp({ emptyDir: source }, { folder, mayMount }) {
    await mkdir(folder, { recursive: true });
    if (source?.medium === 'Memory' && mayMount) await mountTmpfs(folder, wholeValue(source.sizeLimit) || undefined);
    await chmod(folder, 0o777);
    return { hostPath: folder, ownsFiles: true };
  },
};
