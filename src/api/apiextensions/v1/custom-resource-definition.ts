import { defineResource } from '#apimachinery/resource.ts';
import type { CustomResourceDefinition } from '#gen/apiextensions/v1.ts';
import { createdAtColumn, nameColumn } from '../../columns/age.ts';
import { withExactColumns } from '../../columns/exact.ts';
import { defaultCustomResourceDefinition } from '../../defaults/custom-resource-definition.ts';

export const customResourceDefinitions = withExactColumns(
  defineResource<CustomResourceDefinition>({
    group: 'apiextensions.k8s.io',
    version: 'v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    scope: 'Cluster',
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    subresources: [{ name: 'status', kind: 'CustomResourceDefinition', verbs: ['get', 'patch', 'update'] }],
    defaults: defaultCustomResourceDefinition,
  }),
  [nameColumn, createdAtColumn],
);
