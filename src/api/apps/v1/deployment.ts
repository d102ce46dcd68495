import { defineResource } from '#apimachinery/resource.ts';
import type { Deployment } from '#gen/apps/v1.ts';
import { workloadColumns } from '../../columns/containers.ts';
import { selectorCell } from '../../columns/selectors.ts';
import { defaultDeployment } from '../../defaults/workloads.ts';

export const deployments = defineResource<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: [
    { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
    { name: 'status', kind: 'Deployment', verbs: ['get', 'patch', 'update'] },
  ],
  columns: [
    { name: 'Ready', type: 'string', of: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}` },
    { name: 'Up-to-date', type: 'string', of: ({ status }) => status?.updatedReplicas ?? 0 },
    { name: 'Available', type: 'string', of: ({ status }) => status?.availableReplicas ?? 0 },
    ...workloadColumns<Deployment>(
      ({ spec }) => spec.template,
      ({ spec }) => selectorCell(spec.selector),
    ),
  ],
  defaults: defaultDeployment,
});
