import { defineResource } from '#apimachinery/resource.ts';
import type { PriorityLevelConfiguration } from '#gen/flowcontrol/v1.ts';
import { defaultPriorityLevel } from '../../defaults/priority-level.ts';

export const priorityLevelConfigurations = defineResource<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  subresources: [{ name: 'status', kind: 'PriorityLevelConfiguration', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'Type', type: 'string', of: ({ spec }) => spec?.type ?? '' },
    {
      name: 'NominalConcurrencyShares',
      type: 'string',
      of: ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? spec?.exempt?.nominalConcurrencyShares ?? '<none>',
    },
    { name: 'Queues', type: 'string', of: ({ spec }) => spec?.limited?.limitResponse?.queuing?.queues ?? '<none>' },
    { name: 'HandSize', type: 'string', of: ({ spec }) => spec?.limited?.limitResponse?.queuing?.handSize ?? '<none>' },
    {
      name: 'QueueLengthLimit',
      type: 'string',
      of: ({ spec }) => spec?.limited?.limitResponse?.queuing?.queueLengthLimit ?? '<none>',
    },
  ],
  defaults: defaultPriorityLevel,
});
