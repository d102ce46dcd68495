import { defineResource } from '#apimachinery/resource.ts';
import type { Node } from '#gen/core/v1.ts';
import { ageColumn } from '../../columns/age.ts';
import { nodeAddress, nodeRolesCell, nodeStatusCell } from '../../columns/node.ts';
import { defaultNode } from '../../defaults/node.ts';

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
  columns: [
    { name: 'Status', type: 'string', of: nodeStatusCell },
    { name: 'Roles', type: 'string', of: nodeRolesCell },
    ageColumn,
    { name: 'Version', type: 'string', of: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '' },
    { name: 'Internal-IP', type: 'string', priority: 1, of: (node) => nodeAddress(node, 'InternalIP') },
    { name: 'External-IP', type: 'string', priority: 1, of: (node) => nodeAddress(node, 'ExternalIP') },
    { name: 'OS-Image', type: 'string', priority: 1, of: ({ status }) => status?.nodeInfo?.osImage || '<unknown>' },
    {
      name: 'Kernel-Version',
      type: 'string',
      priority: 1,
      of: ({ status }) => status?.nodeInfo?.kernelVersion || '<unknown>',
    },
    {
      name: 'Container-Runtime',
      type: 'string',
      priority: 1,
      of: ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
    },
  ],
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
  defaults: defaultNode,
});
