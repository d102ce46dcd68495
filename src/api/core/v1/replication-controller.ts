import { defineResource } from '#apimachinery/resource.ts';
import type { ReplicationController } from '#gen/core/v1.ts';
import { workloadColumns } from '../../columns/containers.ts';
import { labelsCell } from '../../columns/selectors.ts';
import { defaultReplicationController } from '../../defaults/replication-controller.ts';

export const replicationControllers = defineResource<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  scope: 'Namespaced',
  shortNames: ['rc'],
  categories: ['all'],
  subresources: [
    { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
    { name: 'status', kind: 'ReplicationController', verbs: ['get', 'patch', 'update'] },
  ],
  columns: [
    { name: 'Desired', type: 'integer', of: ({ spec }) => spec?.replicas ?? 0 },
    { name: 'Current', type: 'integer', of: ({ status }) => status?.replicas ?? 0 },
    { name: 'Ready', type: 'integer', of: ({ status }) => status?.readyReplicas ?? 0 },
    ...workloadColumns<ReplicationController>(
      ({ spec }) => spec?.template,
      ({ spec }) => labelsCell(spec?.selector),
    ),
  ],
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  defaults: defaultReplicationController,
});
