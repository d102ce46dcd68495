import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { DnsFilter } from '../handler.ts';

/** One debug line for each question. */
export const queryLog =
  (log: Logger, clock: Clock): DnsFilter =>
  (next) =>
  async (question) => {
    const startMs = clock.now();
    const reply = await next(question);
    const { name, type } = question;
    log.debug('dns question answered', {
      name,
      type,
      code: reply.code,
      answers: reply.answers.length,
      durationMs: clock.now() - startMs,
    });
    return reply;
  };
