import { storageClasses } from '#api/storage/v1/storage-class.ts';
import { localPathStorageClass } from '#controllers/volume-binder/local-path.ts';
import { defineAddon } from './addon.ts';

/** The default class: a folder on the node where the first pod that uses the claim runs. */
export const localPath = defineAddon(storageClasses, ({ volumesDir, cleansVolumes }) =>
  localPathStorageClass({ path: volumesDir, isCleanedByNode: cleansVolumes }),
);
