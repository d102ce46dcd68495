import { defineResource } from '#apimachinery/resource.ts';
import type { StatefulSet } from '#gen/apps/v1.ts';
import { workloadColumns } from '../../columns/containers.ts';
import { defaultStatefulSet } from '../../defaults/workloads.ts';

export const statefulSets = defineResource<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  scope: 'Namespaced',
  shortNames: ['sts'],
  categories: ['all'],
  subresources: [
    { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
    { name: 'status', kind: 'StatefulSet', verbs: ['get', 'patch', 'update'] },
  ],
  columns: [
    { name: 'Ready', type: 'string', of: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}` },
    ...workloadColumns<StatefulSet>(({ spec }) => spec.template),
  ],
  defaults: defaultStatefulSet,
});
