import type { PersistentVolume, PersistentVolumeClaim } from '#gen/core/v1.ts';

const SHORT = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' } as const;
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** `RWO,ROX`: without doubles, in upstream's order. */
export function accessModesCell(modes: readonly string[] | undefined): string {
  return Object.entries(SHORT)
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

/** The class of a volume or claim; the old annotation wins. */
export function storageClassOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '';
}

export function phaseCell({ metadata, status }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '');
}

/** What a claim got, told only once it is bound. */
export function claimCapacityCell({ spec, status }: PersistentVolumeClaim): string {
  return spec.volumeName ? String(status?.capacity?.['storage'] ?? '0') : '';
}

export function claimModesCell({ spec, status }: PersistentVolumeClaim): string {
  return spec.volumeName ? accessModesCell(status?.accessModes) : '';
}
