import { cronJobs } from '#api/batch/v1/cron-job.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { CronJob, CronJobSpec } from '#gen/batch/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { whyNoSchedule } from '../validation/cron.ts';
import { notNegative, requiredOneOf } from '../validation/fields.ts';
import { validateJobSpec } from './job-spec.ts';

/** A job's name is the cron job's and eleven characters. */
const MAX_NAME = 52;
const COUNTS = ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const;
const POLICIES = ['Allow', 'Forbid', 'Replace'];

function validateSchedule({ schedule = '', timeZone }: CronJobSpec, isNew: boolean, at: FieldPath): FieldError[] {
  const place = at.child('schedule');
  if (schedule === '') return [place.required('')];
  const why = whyNoSchedule(schedule);
  const errors = why === undefined ? [] : [place.invalid(schedule, why)];
  if (!schedule.includes('TZ')) return errors;
  if (timeZone !== undefined) {
    errors.push(place.invalid(schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  } else if (isNew) {
    errors.push(place.invalid(schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  }
  return errors;
}

function isKnownZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return !/^[+-]/.test(zone);
  } catch {
    // A RangeError is how Intl says that it knows no such zone.
    return false;
  }
}

function validateZone(zone: string | undefined, at: FieldPath): FieldError[] {
  if (zone === undefined) return [];
  if (zone === '') return [at.invalid(zone, 'timeZone must be nil or non-empty string')];
  if (zone.toLowerCase() === 'local') {
    const sentence = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    return [at.invalid(zone, sentence)];
  }
  return isKnownZone(zone) ? [] : [at.invalid(zone, `unknown time zone ${zone}`)];
}

function validateTemplate({ jobTemplate }: CronJobSpec, at: FieldPath): FieldError[] {
  const spec = jobTemplate?.spec;
  const errors = validateJobSpec(spec ?? { template: { spec: { containers: [] } } }, at);
  if (spec?.selector) errors.push(at.child('selector').invalid(spec.selector, '`selector` will be auto-generated'));
  if (spec?.manualSelector) errors.push(at.child('manualSelector').notSupported(true, ['nil', 'false']));
  return errors;
}

/** Source: pkg/apis/batch/validation, validateCronJobSpec. */
function validateSpec(spec: CronJobSpec, isNew: boolean, at: FieldPath): FieldError[] {
  return [
    ...validateSchedule(spec, isNew, at),
    ...COUNTS.flatMap((name) => notNegative(spec[name], at.child(name))),
    ...validateZone(spec.timeZone, at.child('timeZone')),
    ...requiredOneOf(spec.concurrencyPolicy, POLICIES, at.child('concurrencyPolicy')),
    ...validateTemplate(spec, at.child('jobTemplate', 'spec')),
  ];
}

const specOf = ({ spec }: CronJob): CronJobSpec => spec ?? { schedule: '', jobTemplate: {} };

export const cronJobStrategy = defineStrategy(cronJobs, {
  validateCreate: (job, at) => [
    ...(job.metadata.name.length > MAX_NAME
      ? [at.child('metadata', 'name').invalid(job.metadata.name, `must be no more than ${MAX_NAME} characters`)]
      : []),
    ...validateSpec(specOf(job), true, at.child('spec')),
  ],
  validateUpdate: (job, previous, at) =>
    validateSpec(specOf(job), !specOf(previous).schedule?.includes('TZ'), at.child('spec')),
});
