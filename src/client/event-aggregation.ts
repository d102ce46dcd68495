/**
 * Decides what becomes of an event: written anew, counted into an earlier one, folded into a summary, or dropped.
 * Pure but for its memory. Source: client-go tools/record/events_cache.go.
 */
import type { KubeObject } from '#apimachinery/object.ts';
import type { EventInput } from './event-recorder.ts';

/** From the eleventh similar event within ten minutes on, one summary stands for all. */
const SIMILAR_LIMIT = 10;
const SIMILAR_WINDOW_MS = 600_000;
/** A burst of 25 events for one object, refilled by one in five minutes. */
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;
/** Entries remembered of each kind; the oldest is forgotten first. */
const MEMORY = 4096;

export type EventDecision =
  | { readonly type: 'drop' }
  | { readonly type: 'create'; readonly key: string; readonly message: string }
  | {
      readonly type: 'count';
      readonly key: string;
      readonly message: string;
      readonly name: string;
      readonly count: number;
    };

export interface EventCorrelator {
  decide(about: KubeObject, event: EventInput, nowMs: number): EventDecision;
  /** Remembers what the server holds, so that the next one is counted into it. */
  observed(key: string, written: { name: string; count: number }): void;
  /** The server has it no more. */
  forget(key: string): void;
}

export function createEventCorrelator(): EventCorrelator {
  const similar = boundedMap<{ messages: Set<string>; lastMs: number }>(MEMORY);
  const written = boundedMap<{ name: string; count: number }>(MEMORY);
  const budgets = boundedMap<{ tokens: number; atMs: number }>(MEMORY);

  const isSpam = (object: string, nowMs: number): boolean => {
    const budget = budgets.get(object) ?? { tokens: SPAM_BURST, atMs: nowMs };
    const tokens = Math.min(SPAM_BURST, budget.tokens + (nowMs - budget.atMs) / SPAM_REFILL_MS);
    budgets.set(object, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs });
    return tokens < 1;
  };
  const isCrowd = (group: string, message: string, nowMs: number): boolean => {
    const known = similar.get(group);
    const isFresh = known && nowMs - known.lastMs <= SIMILAR_WINDOW_MS;
    const messages = isFresh ? known.messages : new Set<string>();
    messages.add(message);
    similar.set(group, { messages, lastMs: nowMs });
    if (messages.size < SIMILAR_LIMIT) return false;
    const [oldest] = messages;
    if (oldest !== undefined) messages.delete(oldest);
    return true;
  };
  return {
    decide(about, event, nowMs) {
      const { uid, namespace = '', name } = about.metadata;
      const object = [about.apiVersion, about.kind, namespace, name, uid, event.fieldPath ?? ''].join('\n');
      const group = [object, event.type, event.reason].join('\n');
      const isSummary = isCrowd(group, event.message, nowMs);
      const message = isSummary ? `(combined from similar events): ${event.message}` : event.message;
      const key = isSummary ? group : `${group}\n${event.message}`;
      if (isSpam(object, nowMs)) return { type: 'drop' };
      const known = written.get(key);
      if (!known) return { type: 'create', key, message };
      return { type: 'count', key, message, name: known.name, count: known.count + 1 };
    },
    observed: (key, value) => written.set(key, value),
    forget: (key) => written.delete(key),
  };
}

/** A map that forgets what was set longest ago. */
function boundedMap<V>(limit: number) {
  const map = new Map<string, V>();
  return {
    get: (key: string): V | undefined => map.get(key),
    delete: (key: string): void => void map.delete(key),
    set(key: string, value: V): void {
      map.delete(key);
      map.set(key, value);
      const [oldest] = map.keys();
      if (map.size > limit && oldest !== undefined) map.delete(oldest);
    },
  };
}
