import { storageClasses } from '#api/storage/v1/storage-class.ts';
import { defineAddon } from './addon.ts';

/** The default class: a folder on the node where the first pod that uses the claim runs. */
export const localPath = defineAddon({
  resource: storageClasses,
  object: ({ volumesDir }) => ({
    metadata: {
      name: 'local-path',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'timonel.io/local-path',
    parameters: { path: volumesDir },
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  }),
});
