import { defineResource } from '#apimachinery/resource.ts';
import type { Secret } from '#gen/core/v1.ts';

export const secrets = defineResource<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
});
