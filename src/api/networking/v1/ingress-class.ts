import { defineResource } from '#apimachinery/resource.ts';
import type { IngressClass } from '#gen/networking/v1.ts';
import { parametersCell } from '../../columns/ingress.ts';
import { defaultIngressClass } from '../../defaults/ingress.ts';

export const ingressClasses = defineResource<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  columns: [
    { name: 'Controller', type: 'string', of: ({ spec }) => spec.controller ?? '' },
    { name: 'Parameters', type: 'string', of: parametersCell },
  ],
  defaults: defaultIngressClass,
});
