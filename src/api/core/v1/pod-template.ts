import { defineResource } from '#apimachinery/resource.ts';
import type { PodTemplate } from '#gen/core/v1.ts';

export const podTemplates = defineResource<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  scope: 'Namespaced',
});
