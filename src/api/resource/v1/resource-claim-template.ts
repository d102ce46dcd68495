import { defineResource } from '#apimachinery/resource.ts';
import type { ResourceClaimTemplate } from '#gen/resource/v1.ts';

export const resourceClaimTemplates = defineResource<ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  scope: 'Namespaced',
});
