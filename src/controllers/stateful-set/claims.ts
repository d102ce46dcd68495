/** The volume claims of a stateful set: made with their pod, and removed as the retention policy says. Source: KEP-1847. */
import { statefulSets } from '#api/apps/v1/stateful-set.ts';
import { persistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { pods } from '#api/core/v1/pod.ts';
import { isAlreadyExists } from '#apimachinery/status.ts';
import type { StatefulSet } from '#gen/apps/v1.ts';
import type { PersistentVolumeClaim, Pod } from '#gen/core/v1.ts';
import type { OwnerReference } from '#gen/meta/v1.ts';
import { controllerReference } from '#reconciler/claims.ts';
import type { ControllerDeps } from '#reconciler/controller.ts';
import { claimName, claimsFor, ordinalIn, sizeOf, startOf } from './identity.ts';

/** Makes the claims of an ordinal that are missing. */
export async function ensureClaims(
  { client, informers, events }: ControllerDeps,
  { set, ordinal, signal }: { set: StatefulSet; ordinal: number; signal: AbortSignal },
): Promise<void> {
  const { namespace = '', name } = set.metadata;
  const podName = `${name}-${ordinal}`;
  for (const claim of claimsFor(set, ordinal)) {
    const existing = informers.for(persistentVolumeClaims).get(`${namespace}/${claim.metadata.name}`);
    if (existing?.metadata.deletionTimestamp) throw new Error(`pvc ${claim.metadata.name} is being deleted`);
    if (existing) continue;
    try {
      await client.create(persistentVolumeClaims, claim, { signal });
      const message = `create Claim ${claim.metadata.name} Pod ${podName} in StatefulSet ${name} success`;
      events.event(set, { type: 'Normal', reason: 'SuccessfulCreate', message });
    } catch (error) {
      if (isAlreadyExists(error)) continue;
      const message = `create Claim ${claim.metadata.name} for Pod ${podName} in StatefulSet ${name} failed error: ${(error as Error).message}`;
      events.event(set, { type: 'Warning', reason: 'FailedCreate', message });
      throw error;
    }
  }
}

/** Who should own the claims of a pod: nobody, the set, or the pod that is about to go. */
export function claimOwners(set: StatefulSet, pod: Pod): OwnerReference[] {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const ordinal = ordinalIn(set, pod) ?? -1;
  const isCondemned = ordinal < startOf(set) || ordinal >= startOf(set) + sizeOf(set);
  if (isCondemned && whenScaled === 'Delete') return [controllerReference(pods, pod)];
  return whenDeleted === 'Delete' ? [controllerReference(statefulSets, set)] : [];
}

/** The claim with its owners put right; undefined where they are. Owners that are neither the set nor a pod of it stay. */
export function planOwners(
  set: StatefulSet,
  pod: Pod,
  claim: PersistentVolumeClaim,
): PersistentVolumeClaim | undefined {
  const wanted = claimOwners(set, pod);
  const have = claim.metadata.ownerReferences ?? [];
  const isOurs = ({ kind, name }: OwnerReference) =>
    (kind === 'StatefulSet' && name === set.metadata.name) || (kind === 'Pod' && name === pod.metadata.name);
  const others = have.filter((each) => !isOurs(each));
  // Another controller's claim is not ours to tie.
  if (others.some(({ controller }) => controller)) return undefined;
  const ours = have.filter(isOurs).map(({ uid }) => uid);
  if (ours.length === wanted.length && wanted.every(({ uid }) => ours.includes(uid))) return undefined;
  return { ...claim, metadata: { ...claim.metadata, ownerReferences: [...others, ...wanted] } };
}

/** Brings the owners of a pod's claims in line with the retention policy. */
export async function syncOwners(
  { client, informers }: ControllerDeps,
  { set, pod, signal }: { set: StatefulSet; pod: Pod; signal: AbortSignal },
): Promise<void> {
  const ordinal = ordinalIn(set, pod);
  if (ordinal === undefined) return;
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const key = `${set.metadata.namespace}/${claimName(template, set, ordinal)}`;
    const claim = informers.for(persistentVolumeClaims).get(key);
    const changed = claim && !claim.metadata.deletionTimestamp ? planOwners(set, pod, claim) : undefined;
    if (changed) await client.update(persistentVolumeClaims, changed, { signal });
  }
}
