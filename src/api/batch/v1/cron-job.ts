import { defineResource, humanAge } from '#apimachinery/resource.ts';
import type { CronJob } from '#gen/batch/v1.ts';
import { ageColumn } from '../../columns/age.ts';
import { workloadColumns } from '../../columns/containers.ts';
import { selectorCell } from '../../columns/selectors.ts';
import { booleanCell, NONE } from '../../columns/text.ts';
import { defaultCronJob } from '../../defaults/job.ts';

export const cronJobs = defineResource<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  scope: 'Namespaced',
  shortNames: ['cj'],
  categories: ['all'],
  subresources: [{ name: 'status', kind: 'CronJob', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'Schedule', type: 'string', of: ({ spec }) => spec.schedule },
    { name: 'Timezone', type: 'string', of: ({ spec }) => spec.timeZone ?? NONE },
    { name: 'Suspend', type: 'boolean', of: ({ spec }) => booleanCell(spec.suspend) },
    { name: 'Active', type: 'integer', of: ({ status }) => status?.active?.length ?? 0 },
    {
      name: 'Last Schedule',
      type: 'string',
      of: ({ status }, nowMs) => (status?.lastScheduleTime ? humanAge(status.lastScheduleTime, nowMs) : NONE),
    },
    ageColumn,
    ...workloadColumns<CronJob>(
      ({ spec }) => spec.jobTemplate?.spec?.template,
      ({ spec }) => selectorCell(spec.jobTemplate?.spec?.selector),
    ),
  ],
  defaults: defaultCronJob,
});
