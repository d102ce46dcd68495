import { chmod, mkdir } from 'node:fs/promises';
import { persistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import type { Volume } from '#gen/core/v1.ts';
import { namespaceOf } from '../pod/containers.ts';
import { checkHostPath } from './host-path.ts';
import type { VolumeContext, VolumeKind } from './volume.ts';

/** The name of the claim behind a volume; a generic ephemeral volume's claim is named for pod and volume. */
export function claimNameOf(volume: Volume, podName: string): string {
  return volume.persistentVolumeClaim?.claimName ?? `${podName}-${volume.name}`;
}

const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
const LOCAL_PATH = 'timonel.io/local-path';

/** A folder made for a claim is for whoever the pod runs as; who comes later finds it as it was left. */
async function makeForAnybody(path: string): Promise<void> {
  if ((await mkdir(path, { recursive: true })) !== undefined) await chmod(path, 0o777);
}

export const claimVolume: VolumeKind = {
  name: 'kubernetes.io~local-volume',
  claims: (volume) => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined,
  async setUp(volume, { pod, client }: VolumeContext) {
    const namespace = namespaceOf(pod);
    const name = claimNameOf(volume, pod.metadata.name);
    const claim = await client.get(persistentVolumeClaims, { namespace, name });
    if (claim.metadata.deletionTimestamp) throw new Error('PVC is being deleted');
    if (claim.status?.phase !== 'Bound' || !claim.spec.volumeName) throw new Error('PVC is not bound');
    const { spec, metadata } = await client.get(persistentVolumes, { namespace: '', name: claim.spec.volumeName });
    const path = spec.local?.path ?? spec.hostPath?.path;
    if (path && metadata.annotations?.[PROVISIONED_BY] === LOCAL_PATH) await makeForAnybody(path);
    if (!path) throw new Error(`PersistentVolume "${claim.spec.volumeName}" has no source that this node can mount`);
    await checkHostPath(path, spec.local ? '' : (spec.hostPath?.type ?? ''));
    return {
      hostPath: path,
      ownsFiles: spec.local !== undefined,
      readOnly: volume.persistentVolumeClaim?.readOnly === true,
    };
  },
};
