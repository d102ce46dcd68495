import { defineResource } from '#apimachinery/resource.ts';
import type { ComponentStatus } from '#gen/core/v1.ts';

export const componentStatuses = defineResource<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  scope: 'Cluster',
  shortNames: ['cs'],
  verbs: ['get', 'list', 'watch'],
});
