import type { Column } from '#apimachinery/resource.ts';
import type { Event } from '#gen/core/v1.ts';
import { eventCount, eventObjectCell, eventSourceCell, firstSeenCell, lastSeenCell } from './event.ts';

/** Columns of an event in its stored form; neither version leads with the name. */
export const eventColumns: readonly Column<Event>[] = [
  { name: 'Last Seen', type: 'string', of: lastSeenCell },
  { name: 'Type', type: 'string', of: ({ type }) => type ?? '' },
  { name: 'Reason', type: 'string', of: ({ reason }) => reason ?? '' },
  { name: 'Object', type: 'string', of: eventObjectCell },
  { name: 'Subobject', type: 'string', priority: 1, of: ({ involvedObject }) => involvedObject?.fieldPath ?? '' },
  { name: 'Source', type: 'string', priority: 1, of: eventSourceCell },
  { name: 'Message', type: 'string', of: ({ message }) => (message ?? '').trim() },
  { name: 'First Seen', type: 'string', priority: 1, of: firstSeenCell },
  { name: 'Count', type: 'string', priority: 1, of: eventCount },
  { name: 'Name', type: 'string', format: 'name', priority: 1, of: ({ metadata }) => metadata.name },
];
