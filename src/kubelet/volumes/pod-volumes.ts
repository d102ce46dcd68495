import { join } from 'node:path';
import type { Pod } from '#gen/core/v1.ts';
import { volumeKinds } from './index.ts';
import { giveToGroup } from './ownership.ts';
import { claimNameOf } from './persistent-volume-claim.ts';
import type { MountedVolume, VolumeContext } from './volume.ts';

/** A volume could not be made ready; the message is that of upstream's `FailedMount` event. */
export class MountFailed extends Error {
  override name = 'MountFailed';
}

/** The pod's volumes by name, ready to be mounted; called again, it brings their contents up to date. @throws {MountFailed} */
export async function setUpVolumes(
  pod: Pod,
  podFolder: string,
  context: Omit<VolumeContext, 'pod' | 'folder'>,
): Promise<ReadonlyMap<string, MountedVolume>> {
  const ready = new Map<string, MountedVolume>();
  for (const volume of pod.spec.volumes ?? []) {
    const kind = volumeKinds.find((candidate) => candidate.claims(volume));
    if (!kind) throw new MountFailed(`MountVolume.SetUp failed for volume "${volume.name}" : no volume plugin matched`);
    const folder = join(podFolder, 'volumes', kind.name, volume.name);
    try {
      const mounted = await kind.setUp(volume, { ...context, pod, folder });
      const { fsGroup, fsGroupChangePolicy } = pod.spec.securityContext ?? {};
      if (fsGroup !== undefined && mounted.ownsFiles && !mounted.readOnly)
        await giveToGroup(mounted.hostPath, fsGroup, fsGroupChangePolicy);
      ready.set(volume.name, mounted);
    } catch (error) {
      const claim =
        volume.persistentVolumeClaim || volume.ephemeral ? ` (claim ${claimNameOf(volume, pod.metadata.name)})` : '';
      const reason = error instanceof Error ? error.message : String(error);
      throw new MountFailed(`MountVolume.SetUp failed for volume "${volume.name}"${claim} : ${reason}`, {
        cause: error,
      });
    }
  }
  return ready;
}
