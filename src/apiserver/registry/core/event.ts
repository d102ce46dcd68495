import { events } from '#api/core/v1/event.ts';
import { defineStrategy } from '../../strategy.ts';
import { validateEvent } from './event-rules.ts';

export const eventStrategy = defineStrategy(events, {
  validate: (event) => validateEvent(event),
  allowCreateOnUpdate: true,
});
