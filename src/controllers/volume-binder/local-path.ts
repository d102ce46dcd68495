import type { Creatable } from '#apimachinery/object.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#gen/core/v1.ts';
import type { StorageClass } from '#gen/storage/v1.ts';
import { LOCAL_PATH, LOCAL_PATH_CLEANUP, PROVISIONED_BY } from './words.ts';

/**
 * A directory of its own on the claim's node, made by the kubelet on first mount. With the class parameter
 * `cleanup: node` the volume waits, when it is deleted, until `startLocalPathCleaner` has removed the directory.
 */
export function localPathVolume(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  nodeName: string,
): Creatable<PersistentVolume> {
  const { namespace, name: claimName, uid } = claim.metadata;
  const { path = '/var/lib/timonel/volumes', cleanup } = storageClass.parameters ?? {};
  const name = `pvc-${uid}`;
  return {
    metadata: {
      name,
      annotations: { [PROVISIONED_BY]: LOCAL_PATH },
      ...(cleanup === 'node' && { finalizers: [LOCAL_PATH_CLEANUP] }),
    },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.storage ?? '0' },
      accessModes: claim.spec.accessModes,
      volumeMode: claim.spec.volumeMode,
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy === 'Retain' ? 'Retain' : 'Delete',
      storageClassName: storageClass.metadata.name,
      mountOptions: storageClass.mountOptions,
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name: claimName,
        uid,
        resourceVersion: claim.metadata.resourceVersion,
      },
      hostPath: { path: `${path}/${name}_${namespace}_${claimName}`, type: 'DirectoryOrCreate' },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }],
        },
      },
    },
  };
}

/** The node that a local-path volume lives on. */
export const nodeOf = ({ spec }: PersistentVolume): string | undefined =>
  spec.nodeAffinity?.required?.nodeSelectorTerms?.[0]?.matchFields?.[0]?.values?.[0];

/** The default storage class, for the cluster wiring to create; `path` is where nodes keep the directories. */
export function localPathStorageClass({
  path,
  isCleanedByNode,
}: {
  path: string;
  isCleanedByNode: boolean;
}): Creatable<StorageClass> {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local-path', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: LOCAL_PATH,
    parameters: { path, ...(isCleanedByNode && { cleanup: 'node' }) },
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  };
}
