import { writeAtomically } from './atomic-writer.ts';
import { configMapPayload, DEFAULT_MODE } from './payload.ts';
import type { VolumeKind } from './volume.ts';

export const configMapVolume: VolumeKind = {
  name: 'kubernetes.io~configmap',
  claims: (volume) => volume.configMap !== undefined,
  async setUp({ configMap = {} }, context) {
    const payload = await configMapPayload(configMap, configMap.defaultMode ?? DEFAULT_MODE, context);
    await writeAtomically(context.folder, payload, context.pod.spec.securityContext?.fsGroup);
    return { hostPath: context.folder, ownsFiles: false };
  },
};
