import { defineResource } from '#apimachinery/resource.ts';
import type { Event } from '#gen/events/v1.ts';

export const events = defineResource<Event>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  scope: 'Namespaced',
  shortNames: ['ev'],
});
