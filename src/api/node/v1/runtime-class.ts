import { defineResource } from '#apimachinery/resource.ts';
import type { RuntimeClass } from '#gen/node/v1.ts';

export const runtimeClasses = defineResource<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  columns: [{ name: 'Handler', type: 'string', of: ({ handler }) => handler }],
});
