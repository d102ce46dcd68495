import { defineResource } from '#apimachinery/resource.ts';
import type { PriorityClass } from '#gen/scheduling/v1.ts';
import { ageColumn } from '../../columns/age.ts';

export const priorityClasses = defineResource<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  scope: 'Cluster',
  shortNames: ['pc'],
  columns: [
    { name: 'Value', type: 'integer', of: ({ value }) => value ?? 0 },
    { name: 'Global-Default', type: 'boolean', of: ({ globalDefault }) => globalDefault ?? false },
    ageColumn,
    { name: 'PreemptionPolicy', type: 'string', of: ({ preemptionPolicy }) => preemptionPolicy ?? '' },
  ],
  defaults: (priorityClass) => {
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
  },
});
