import { defineResource } from '#apimachinery/resource.ts';
import type { Secret } from '#gen/core/v1.ts';

export const secrets = defineResource<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  columns: [
    { name: 'Type', type: 'string', of: ({ type }) => type ?? '' },
    { name: 'Data', type: 'string', of: ({ data }) => Object.keys(data ?? {}).length },
  ],
  selectableFields: { type: ({ type }) => type ?? '' },
  defaults: (secret) => {
    secret.type ||= 'Opaque';
  },
});
