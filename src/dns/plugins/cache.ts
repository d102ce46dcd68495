import type { Clock } from '#base/clock.ts';
import type { DnsFilter, DnsReply } from '../handler.ts';

export interface CacheOptions {
  readonly clock: Clock;
  /** Names under it are never kept, since they change with the cluster. */
  readonly except: string;
  /** Default 30. */
  readonly maxTtlSeconds?: number | undefined;
  /** Default 10,000; the oldest leaves first. */
  readonly capacity?: number | undefined;
}

interface Entry {
  readonly reply: DnsReply;
  readonly untilMs: number;
}

/** Keeps answers, also negative ones, as long as their records allow, but at most `maxTtlSeconds`. */
export function cache({ clock, except, maxTtlSeconds = 30, capacity = 10_000 }: CacheOptions): DnsFilter {
  const entries = new Map<string, Entry>();
  return (next) => async (question) => {
    if (question.name === except || question.name.endsWith(`.${except}`)) return next(question);
    const key = `${question.type} ${question.name}`;
    const known = entries.get(key);
    if (known && known.untilMs > clock.now()) return aged(known, clock.now());
    entries.delete(key);
    const reply = await next(question);
    const ttl = Math.min(ttlOf(reply), maxTtlSeconds);
    if (ttl <= 0 || (reply.code !== 'NOERROR' && reply.code !== 'NXDOMAIN')) return reply;
    const oldest = entries.size >= capacity ? entries.keys().next().value : undefined;
    if (oldest !== undefined) entries.delete(oldest);
    entries.set(key, { reply, untilMs: clock.now() + ttl * 1000 });
    return reply;
  };
}

type Record = DnsReply['answers'][number];

const ttlField = (record: Record): number => ('ttl' in record && typeof record.ttl === 'number' ? record.ttl : 0);

/** The shortest life among the records; of a negative answer that of its SOA, else nothing. */
function ttlOf({ answers, authorities }: DnsReply): number {
  const records = answers.length > 0 ? answers : authorities.filter(({ type }) => type === 'SOA');
  return records.length === 0 ? 0 : Math.min(...records.map(ttlField));
}

function aged({ reply, untilMs }: Entry, nowMs: number): DnsReply {
  const leftSeconds = Math.ceil((untilMs - nowMs) / 1000);
  const shorten = (record: Record): Record => ({ ...record, ttl: Math.min(ttlField(record), leftSeconds) }) as Record;
  return { ...reply, answers: reply.answers.map(shorten), authorities: reply.authorities.map(shorten) };
}
