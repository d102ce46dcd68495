import { defineResource } from '#apimachinery/resource.ts';
import type { IngressClass } from '#gen/networking/v1.ts';

export const ingressClasses = defineResource<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
});
