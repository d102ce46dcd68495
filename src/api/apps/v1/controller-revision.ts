import { defineResource } from '#apimachinery/resource.ts';
import type { ControllerRevision } from '#gen/apps/v1.ts';

export const controllerRevisions = defineResource<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',
});
