import { mkdir } from 'node:fs/promises';
import { writeAtomically } from './atomic-writer.ts';
import { mountTmpfs } from './mounts.ts';
import { DEFAULT_MODE, secretPayload } from './payload.ts';
import type { VolumeContext, VolumeKind } from './volume.ts';

/** Secrets lie in memory where the kubelet may mount, and never reach the disk there. */
export async function inMemory({ folder, mayMount }: Pick<VolumeContext, 'folder' | 'mayMount'>): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (mayMount) await mountTmpfs(folder, undefined);
}

export const secretVolume: VolumeKind = {
  name: 'kubernetes.io~secret',
  claims: (volume) => volume.secret !== undefined,
  async setUp({ secret = {} }, context) {
    const { secretName, items, optional, defaultMode = DEFAULT_MODE } = secret;
    const payload = await secretPayload({ name: secretName, items, optional }, defaultMode, context);
    await inMemory(context);
    await writeAtomically(context.folder, payload, context.pod.spec.securityContext?.fsGroup);
    return { hostPath: context.folder, ownsFiles: false };
  },
};
