import { defineResource } from '#apimachinery/resource.ts';
import type { PriorityClass } from '#gen/scheduling/v1.ts';

export const priorityClasses = defineResource<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  scope: 'Cluster',
  shortNames: ['pc'],
});
