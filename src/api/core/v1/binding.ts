import { defineResource } from '#apimachinery/resource.ts';
import type { Binding } from '#gen/core/v1.ts';

export const bindings = defineResource<Binding>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  scope: 'Namespaced',
  verbs: ['create'],
});
