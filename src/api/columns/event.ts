import { humanAge } from '#apimachinery/resource.ts';
import type { Event } from '#gen/core/v1.ts';

export function firstSeenCell({ firstTimestamp, eventTime }: Event, nowMs: number): string {
  return humanAge(firstTimestamp || eventTime, nowMs);
}

/** The series' last observation wins, then the last time, then the first. */
export function lastSeenCell(event: Event, nowMs: number): string {
  const last = event.series?.lastObservedTime || event.lastTimestamp;
  return last ? humanAge(last, nowMs) : firstSeenCell(event, nowMs);
}

export const eventCount = ({ series, count }: Event): number => series?.count ?? (count || 1);

/** `pod/web-1`; without a name only the kind. */
export function eventObjectCell({ involvedObject }: Event): string {
  const noun = (involvedObject?.kind ?? '').toLowerCase();
  return involvedObject?.name ? `${noun}/${involvedObject.name}` : noun;
}

export function eventSourceCell({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || '';
  const host = source?.host || reportingInstance;
  return host ? `${component}, ${host}` : component;
}
