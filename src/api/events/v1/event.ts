import type { KubeObject } from '#apimachinery/object.ts';
import { type Column, defineResource, type Resource } from '#apimachinery/resource.ts';
import type { Event as CoreEvent } from '#gen/core/v1.ts';
import type { Event } from '#gen/events/v1.ts';
import { eventColumns } from '../../columns/event-columns.ts';
import { withExactColumns } from '../../columns/exact.ts';
import { events as coreEvents } from '../../core/v1/event.ts';

/** Events are stored as core/v1; only the names of fields differ. Source: pkg/apis/events/v1/conversion.go. */
function toCore(event: Event): CoreEvent {
  const { regarding, note, reportingController, deprecatedSource, deprecatedCount, ...same } = event;
  const { deprecatedFirstTimestamp, deprecatedLastTimestamp, ...kept } = same;
  return withoutGaps<CoreEvent>({
    ...kept,
    apiVersion: 'v1',
    kind: 'Event',
    involvedObject: regarding ?? {},
    message: note,
    reportingComponent: reportingController,
    source: deprecatedSource,
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    count: deprecatedCount,
  });
}

function fromCore(stored: KubeObject): Event {
  const { involvedObject, message, reportingComponent, source, count, ...same } = stored as CoreEvent;
  const { firstTimestamp, lastTimestamp, eventTime, ...kept } = same;
  return withoutGaps({
    ...kept,
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    eventTime: eventTime as string,
    regarding: involvedObject,
    note: message,
    reportingController: reportingComponent,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
  } as Event);
}

function withoutGaps<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

const columns: readonly Column<Event>[] = eventColumns.map((column) => ({
  ...column,
  of: (event, nowMs) => column.of(toCore(event), nowMs),
}));

/** Field selectors say `regarding` where core events say `involvedObject`; both are understood. */
const selectableFields = Object.fromEntries(
  Object.entries(coreEvents.selectableFields ?? {}).flatMap(([field, of]) => {
    const read = (event: Event) => of(toCore(event));
    const own = field.replace('involvedObject.', 'regarding.').replace('reportingComponent', 'reportingController');
    return [
      [field, read],
      [own, read],
    ];
  }),
);

export const events = withExactColumns(
  defineResource<Event>({
    group: 'events.k8s.io',
    version: 'v1',
    kind: 'Event',
    plural: 'events',
    scope: 'Namespaced',
    shortNames: ['ev'],
    selectableFields,
    conversion: { stored: coreEvents as Resource, toStored: toCore, fromStored: fromCore },
  }),
  columns,
);
