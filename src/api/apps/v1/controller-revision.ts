import { controllerOf } from '#apimachinery/object.ts';
import { defineResource } from '#apimachinery/resource.ts';
import type { ControllerRevision } from '#gen/apps/v1.ts';

function controllerCell(revision: ControllerRevision): string {
  const owner = controllerOf(revision);
  if (!owner) return '<none>';
  const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
  return `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`;
}

export const controllerRevisions = defineResource<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',
  columns: [
    { name: 'Controller', type: 'string', of: controllerCell },
    { name: 'Revision', type: 'string', of: ({ revision }) => revision },
  ],
});
