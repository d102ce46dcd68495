import { defineResource } from '#apimachinery/resource.ts';
import type { ReplicaSet } from '#gen/apps/v1.ts';
import { workloadColumns } from '../../columns/containers.ts';
import { selectorCell } from '../../columns/selectors.ts';
import { defaultReplicaSet } from '../../defaults/workloads.ts';

export const replicaSets = defineResource<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  scope: 'Namespaced',
  shortNames: ['rs'],
  categories: ['all'],
  subresources: [
    { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
    { name: 'status', kind: 'ReplicaSet', verbs: ['get', 'patch', 'update'] },
  ],
  columns: [
    { name: 'Desired', type: 'integer', of: ({ spec }) => spec?.replicas ?? 0 },
    { name: 'Current', type: 'integer', of: ({ status }) => status?.replicas ?? 0 },
    { name: 'Ready', type: 'integer', of: ({ status }) => status?.readyReplicas ?? 0 },
    ...workloadColumns<ReplicaSet>(
      ({ spec }) => spec?.template,
      ({ spec }) => selectorCell(spec?.selector),
    ),
  ],
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  defaults: defaultReplicaSet,
});
