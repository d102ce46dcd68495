import { defineResource } from '#apimachinery/resource.ts';
import type { DaemonSet } from '#gen/apps/v1.ts';
import { ageColumn } from '../../columns/age.ts';
import { workloadColumns } from '../../columns/containers.ts';
import { labelsCell, selectorCell } from '../../columns/selectors.ts';
import { defaultDaemonSet } from '../../defaults/workloads.ts';

export const daemonSets = defineResource<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  scope: 'Namespaced',
  shortNames: ['ds'],
  categories: ['all'],
  subresources: [{ name: 'status', kind: 'DaemonSet', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'Desired', type: 'integer', of: ({ status }) => status?.desiredNumberScheduled ?? 0 },
    { name: 'Current', type: 'integer', of: ({ status }) => status?.currentNumberScheduled ?? 0 },
    { name: 'Ready', type: 'integer', of: ({ status }) => status?.numberReady ?? 0 },
    { name: 'Up-to-date', type: 'integer', of: ({ status }) => status?.updatedNumberScheduled ?? 0 },
    { name: 'Available', type: 'integer', of: ({ status }) => status?.numberAvailable ?? 0 },
    { name: 'Node Selector', type: 'string', of: ({ spec }) => labelsCell(spec.template?.spec?.nodeSelector) },
    ageColumn,
    ...workloadColumns<DaemonSet>(
      ({ spec }) => spec.template,
      ({ spec }) => selectorCell(spec.selector),
    ),
  ],
  defaults: defaultDaemonSet,
});
