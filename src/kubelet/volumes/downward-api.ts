import { writeAtomically } from './atomic-writer.ts';
import { DEFAULT_MODE, downwardPayload } from './payload.ts';
import type { VolumeKind } from './volume.ts';

export const downwardApiVolume: VolumeKind = {
  name: 'kubernetes.io~downward-api',
  claims: (volume) => volume.downwardAPI !== undefined,
  async setUp({ downwardAPI = {} }, context) {
    const payload = downwardPayload(downwardAPI.items ?? [], downwardAPI.defaultMode ?? DEFAULT_MODE, context);
    await writeAtomically(context.folder, payload, context.pod.spec.securityContext?.fsGroup);
    return { hostPath: context.folder, ownsFiles: false };
  },
};
