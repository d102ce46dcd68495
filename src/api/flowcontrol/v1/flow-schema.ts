import { defineResource } from '#apimachinery/resource.ts';
import type { FlowSchema } from '#gen/flowcontrol/v1.ts';
import { ageColumn } from '../../columns/age.ts';
import { specOf } from '../../defaults/spec.ts';

export const flowSchemas = defineResource<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  subresources: [{ name: 'status', kind: 'FlowSchema', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'PriorityLevel', type: 'string', of: ({ spec }) => spec?.priorityLevelConfiguration?.name ?? '' },
    { name: 'MatchingPrecedence', type: 'string', of: ({ spec }) => spec?.matchingPrecedence ?? 0 },
    { name: 'DistinguisherMethod', type: 'string', of: ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>' },
    ageColumn,
    {
      name: 'MissingPL',
      type: 'string',
      of: ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
    },
  ],
  defaults: (flow) => {
    specOf(flow).matchingPrecedence ??= 1000;
  },
});
