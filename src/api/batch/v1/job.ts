import { defineResource } from '#apimachinery/resource.ts';
import type { Job } from '#gen/batch/v1.ts';
import { workloadColumns } from '../../columns/containers.ts';
import { completionsCell, jobDurationCell, jobStatusCell } from '../../columns/job.ts';
import { selectorCell } from '../../columns/selectors.ts';
import { defaultJob } from '../../defaults/job.ts';

export const jobs = defineResource<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  scope: 'Namespaced',
  categories: ['all'],
  subresources: [{ name: 'status', kind: 'Job', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'Status', type: 'string', of: jobStatusCell },
    { name: 'Completions', type: 'string', of: completionsCell },
    { name: 'Duration', type: 'string', of: jobDurationCell },
    ...workloadColumns<Job>(
      ({ spec }) => spec.template,
      ({ spec }) => selectorCell(spec.selector),
    ),
  ],
  selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  defaults: defaultJob,
});
