import type { Pod, VolumeProjection } from '#gen/core/v1.ts';
import { effectiveSecurity } from '../config/security-context.ts';
import { containersOf } from '../pod/containers.ts';
import { type FileContent, type Payload, writeAtomically } from './atomic-writer.ts';
import { configMapPayload, DEFAULT_MODE, downwardPayload, secretPayload } from './payload.ts';
import { inMemory } from './secret.ts';
import { serviceAccountToken } from './service-account-token.ts';
import type { VolumeContext, VolumeKind } from './volume.ts';

interface Part {
  readonly payload: Payload;
  readonly refreshAtMs?: number;
}

async function partOf(source: VolumeProjection, mode: number, context: VolumeContext): Promise<Part> {
  if (source.configMap) return { payload: await configMapPayload(source.configMap, mode, context) };
  if (source.secret) return { payload: await secretPayload(source.secret, mode, context) };
  if (source.downwardAPI) return { payload: downwardPayload(source.downwardAPI.items ?? [], mode, context) };
  if (!source.serviceAccountToken) throw new Error('projected volume source is not supported');
  const token = await serviceAccountToken(source.serviceAccountToken, context);
  // Only the group of the pod's volumes, or a user whom all its containers run as, may read a token.
  const { fsGroup } = context.pod.spec.securityContext ?? {};
  const uid = commonUserOf(context.pod);
  const isOpen = fsGroup === undefined && uid === undefined;
  const file: FileContent = { data: Buffer.from(token.value), mode: isOpen ? mode : 0o600, uid };
  return { payload: new Map([[source.serviceAccountToken.path, file]]), refreshAtMs: token.refreshAtMs };
}

/** The user that every container of the pod runs as, where that is said and the same. Source: upstream volume/util.FsUserFrom. */
export function commonUserOf(pod: Pod): number | undefined {
  const users = new Set(containersOf(pod).map(({ container }) => effectiveSecurity(pod, container).runAsUser));
  const [user] = users;
  return users.size === 1 ? user : undefined;
}

export const projectedVolume: VolumeKind = {
  name: 'kubernetes.io~projected',
  claims: (volume) => volume.projected !== undefined,
  async setUp({ projected = {} }, context) {
    const files = new Map<string, FileContent>();
    let refreshAtMs = Number.POSITIVE_INFINITY;
    for (const source of projected.sources ?? []) {
      const part = await partOf(source, projected.defaultMode ?? DEFAULT_MODE, context);
      for (const [name, file] of part.payload) files.set(name, file);
      refreshAtMs = Math.min(refreshAtMs, part.refreshAtMs ?? refreshAtMs);
    }
    await inMemory(context);
    await writeAtomically(context.folder, files, context.pod.spec.securityContext?.fsGroup);
    const refreshAfterMs = Number.isFinite(refreshAtMs) ? Math.max(1000, refreshAtMs - context.nowMs) : undefined;
    return { hostPath: context.folder, ownsFiles: false, refreshAfterMs };
  },
};
