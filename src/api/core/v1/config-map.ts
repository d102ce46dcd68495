import { defineResource } from '#apimachinery/resource.ts';
import type { ConfigMap } from '#gen/core/v1.ts';

export const configMaps = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  scope: 'Namespaced',
  shortNames: ['cm'],
  columns: [
    { name: 'Data', type: 'string', of: ({ data, binaryData }) => Object.keys({ ...data, ...binaryData }).length },
  ],
});
