import { describe, expect, it } from 'vitest';
import { createEventCorrelator } from './event-aggregation.ts';

const pod = (name = 'p') =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'ns', uid: name } }) as never;
const event = (message: string, reason = 'BackOff') => ({ type: 'Warning' as const, reason, message });

describe('an event', () => {
  it('that repeats is counted into the first', () => {
    const correlator = createEventCorrelator();
    const first = correlator.decide(pod(), event('m'), 0);
    expect(first.type).toBe('create');
    if (first.type !== 'create') return;
    correlator.observed(first.key, { name: 'e1', count: 1 });
    expect(correlator.decide(pod(), event('m'), 1)).toMatchObject({
      type: 'count',
      name: 'e1',
      count: 2,
      message: 'm',
    });
    correlator.forget(first.key);
    expect(correlator.decide(pod(), event('m'), 2).type).toBe('create');
  });

  it('of another object, reason or message stands for itself', () => {
    const correlator = createEventCorrelator();
    const decisions = [
      correlator.decide(pod(), event('m'), 0),
      correlator.decide(pod('q'), event('m'), 0),
      correlator.decide(pod(), event('m', 'Failed'), 0),
      correlator.decide(pod(), event('n'), 0),
    ];
    const keys = decisions.map((each) => (each.type === 'create' ? each.key : 'dropped'));
    expect(new Set(keys).size).toBe(4);
    expect(keys).not.toContain('dropped');
  });

  it('is folded into a summary as the tenth of its kind with another message, until ten minutes are quiet', () => {
    const correlator = createEventCorrelator();
    const texts = Array.from({ length: 11 }, (_, each) => {
      const decision = correlator.decide(pod(), event(`m${each}`), 0);
      return decision.type === 'drop' ? 'dropped' : decision.message;
    });
    expect(texts.slice(0, 9)).toEqual(Array.from({ length: 9 }, (_, each) => `m${each}`));
    expect(texts.slice(9)).toEqual(['(combined from similar events): m9', '(combined from similar events): m10']);
    expect(correlator.decide(pod(), event('late'), 600_001)).toMatchObject({ message: 'late' });
  });

  it('is dropped beyond a burst of 25 for one object; one more may come each five minutes', () => {
    const correlator = createEventCorrelator();
    const types = Array.from({ length: 26 }, () => correlator.decide(pod(), event('m'), 0).type);
    expect(types.filter((type) => type === 'drop')).toHaveLength(1);
    expect(correlator.decide(pod('q'), event('m'), 0).type).not.toBe('drop');
    expect(correlator.decide(pod(), event('m'), 299_000).type).toBe('drop');
    expect(correlator.decide(pod(), event('m'), 600_000).type).not.toBe('drop');
  });
});
