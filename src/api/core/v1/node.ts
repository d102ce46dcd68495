import { defineResource } from '#apimachinery/resource.ts';
import type { Node } from '#gen/core/v1.ts';

export const nodes = defineResource<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  scope: 'Cluster',
  shortNames: ['no'],
  subresources: [
    { name: 'proxy', kind: 'NodeProxyOptions', verbs: ['create', 'get'] },
    { name: 'status', kind: 'Node', verbs: ['get', 'patch', 'update'] },
  ],
});
