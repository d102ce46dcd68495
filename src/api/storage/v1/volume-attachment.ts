import { defineResource } from '#apimachinery/resource.ts';
import type { VolumeAttachment } from '#gen/storage/v1.ts';

export const volumeAttachments = defineResource<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  scope: 'Cluster',
  subresources: [{ name: 'status', kind: 'VolumeAttachment', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'Attacher', type: 'string', format: 'name', of: ({ spec }) => spec.attacher },
    { name: 'PV', type: 'string', of: ({ spec }) => spec.source?.persistentVolumeName ?? '' },
    { name: 'Node', type: 'string', of: ({ spec }) => spec.nodeName },
    { name: 'Attached', type: 'boolean', of: ({ status }) => status?.attached ?? false },
  ],
});
