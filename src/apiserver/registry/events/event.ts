import { isDeepStrictEqual } from 'node:util';
import { events } from '#api/events/v1/event.ts';
import { type FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Event as CoreEvent } from '#gen/core/v1.ts';
import type { Event } from '#gen/events/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { validateEvent, validateSeries } from '../core/event-rules.ts';
import { IMMUTABLE } from '../validation/fields.ts';

const at = (name: string): FieldPath => new FieldPath(name);
const toCore = (event: Event): CoreEvent => events.conversion?.toStored(event) as CoreEvent;

const UNSET = ['firstTimestamp', 'lastTimestamp', 'count', 'source'] as const;

function isGiven(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.values(value).some(Boolean) : Boolean(value);
}

/** Fields of core events that this API keeps only to read old ones. Source: pkg/apis/core/validation, ValidateEventCreate. */
function validateCreate(event: CoreEvent): FieldError[] {
  const type = event.type ?? '';
  return [
    ...validateSeries(event),
    ...(event.eventTime ? [] : [at('eventTime').required('')]),
    ...(type === 'Normal' || type === 'Warning' ? [] : [at('type').invalid('', `has invalid value: ${type}`)]),
    ...UNSET.filter((name) => isGiven(event[name])).map((name) => at(name).invalid('', 'needs to be unset')),
  ];
}

/** Field by field as upstream names them; `reason` stands there twice. */
const FIXED = [
  ['involvedObject', 'involvedObject'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['source', 'source'],
  ['firstTimestamp', 'firstTimestamp'],
  ['lastTimestamp', 'lastTimestamp'],
  ['count', 'count'],
  ['reason', 'reason'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
] as const;

function validateUpdate(next: CoreEvent, previous: CoreEvent): FieldError[] {
  const series = isDeepStrictEqual(next.series, previous.series) ? [] : validateSeries(next);
  const changed = FIXED.filter(([name]) => !isDeepStrictEqual(next[name], previous[name]));
  return [...series, ...changed.map(([name, field]) => at(field).invalid(next[name], IMMUTABLE))];
}

/** Stricter than events of the core API, though both are stored alike. */
export const eventsEventStrategy = defineStrategy(events, {
  allowCreateOnUpdate: true,
  validate: (event) => validateEvent(toCore(event)),
  validateCreate: (event) => validateCreate(toCore(event)),
  validateUpdate: (next, previous) => validateUpdate(toCore(next), toCore(previous)),
});
