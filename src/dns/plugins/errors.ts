import type { Logger } from '#base/log.ts';
import { type DnsFilter, emptyReply } from '../handler.ts';

/** Whatever fails behind it becomes SERVFAIL and one line of the log. */
export const errors =
  (log: Logger): DnsFilter =>
  (next) =>
  async (question) => {
    try {
      return await next(question);
    } catch (err) {
      log.warn('dns question failed', { name: question.name, type: question.type, err });
      return emptyReply('SERVFAIL');
    }
  };
