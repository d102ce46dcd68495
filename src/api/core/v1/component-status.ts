import { defineResource } from '#apimachinery/resource.ts';
import type { ComponentStatus } from '#gen/core/v1.ts';
import { nameColumn } from '../../columns/age.ts';
import { withExactColumns } from '../../columns/exact.ts';

const health = ({ conditions }: ComponentStatus) => conditions?.find(({ type }) => type === 'Healthy');

function statusWord(component: ComponentStatus): string {
  const condition = health(component);
  if (!condition) return 'Unknown';
  return condition.status === 'True' ? 'Healthy' : 'Unhealthy';
}

export const componentStatuses = withExactColumns(
  defineResource<ComponentStatus>({
    group: '',
    version: 'v1',
    kind: 'ComponentStatus',
    plural: 'componentstatuses',
    scope: 'Cluster',
    shortNames: ['cs'],
    verbs: ['get', 'list', 'watch'],
  }),
  [
    nameColumn,
    { name: 'Status', type: 'string', of: statusWord },
    { name: 'Message', type: 'string', of: (component) => health(component)?.message ?? '' },
    { name: 'Error', type: 'string', of: (component) => health(component)?.error ?? '' },
  ],
);
