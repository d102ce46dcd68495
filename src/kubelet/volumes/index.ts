import { configMapVolume } from './config-map.ts';
import { downwardApiVolume } from './downward-api.ts';
import { emptyDir } from './empty-dir.ts';
import { hostPath } from './host-path.ts';
import { claimVolume } from './persistent-volume-claim.ts';
import { projectedVolume } from './projected.ts';
import { secretVolume } from './secret.ts';
import type { VolumeKind } from './volume.ts';

/** Every kind of volume that the kubelet can mount. */
export const volumeKinds: readonly VolumeKind[] = [
  emptyDir,
  hostPath,
  configMapVolume,
  secretVolume,
  downwardApiVolume,
  projectedVolume,
  claimVolume,
];
