import { defineResource } from '#apimachinery/resource.ts';
import type { Namespace } from '#gen/core/v1.ts';
import { defaultNamespace } from '../../defaults/namespace.ts';

export const namespaces = defineResource<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  scope: 'Cluster',
  shortNames: ['ns'],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [
    { name: 'finalize', kind: 'Namespace', verbs: ['update'] },
    { name: 'status', kind: 'Namespace', verbs: ['get', 'patch', 'update'] },
  ],
  columns: [{ name: 'Status', type: 'string', of: ({ status }) => status?.phase ?? '' }],
  selectableFields: { 'status.phase': ({ status }) => status?.phase ?? '' },
  defaults: defaultNamespace,
});
