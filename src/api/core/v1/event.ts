import { defineResource } from '#apimachinery/resource.ts';
import type { Event } from '#gen/core/v1.ts';

export const events = defineResource<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  scope: 'Namespaced',
  shortNames: ['ev'],
});
