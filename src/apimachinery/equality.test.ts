import { describe, expect, it } from 'vitest';
import { semanticEqual } from './equality.ts';
import { schemaOf } from './schema-table.ts';

const POD = schemaOf('k8s.io.api.core.v1.Pod');
const withLimits = (limits: object | undefined) => ({ spec: { containers: [{ name: 'a', resources: { limits } }] } });
const withVolume = (volume: object) => ({ spec: { volumes: [{ name: 'v', ...volume }] } });

describe('semantic equality', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['nothing and nothing', undefined, null, true],
    ['a missing and an empty list', { spec: { volumes: [] } }, { spec: {} }, true],
    ['a missing and an empty map', { metadata: { labels: {} } }, { metadata: {} }, true],
    ['a missing and an empty struct', withVolume({ emptyDir: {} }), withVolume({}), false],
    ['another order of members', { spec: { a: 1, b: 2 } }, { spec: { b: 2, a: 1 } }, true],
    ['quantities of one amount', withLimits({ cpu: '1' }), withLimits({ cpu: '1000m' }), true],
    ['quantities of two amounts', withLimits({ cpu: '1' }), withLimits({ cpu: '1001m' }), false],
    ['what is no quantity', withLimits({ cpu: 'x' }), withLimits({ cpu: 'y' }), false],
    ['a map with one key more', withLimits({ cpu: '1', memory: '0' }), withLimits({ cpu: '1' }), false],
    ['an empty label and none', { metadata: { labels: { a: '' } } }, { metadata: { labels: { b: '' } } }, false],
    [
      'an order of items',
      { spec: { volumes: [{ name: 'a' }, { name: 'b' }] } },
      { spec: { volumes: [{ name: 'b' }, { name: 'a' }] } },
      false,
    ],
    [
      'one moment in two notations',
      { metadata: { creationTimestamp: '2026-01-01T00:00:00Z' } },
      { metadata: { creationTimestamp: '2026-01-01T01:00:00+01:00' } },
      true,
    ],
    ['false and missing', { spec: { hostNetwork: false } }, { spec: {} }, false],
    ['a list and a struct', { spec: [] }, { spec: { a: 1 } }, false],
  ])('%s', (_, a, b, isEqual) => {
    expect(semanticEqual(a, b, POD)).toBe(isEqual);
    expect(semanticEqual(b, a, POD)).toBe(isEqual);
  });

  it('takes objects as structs where no schema says more', () => {
    expect(semanticEqual({ a: [] }, {})).toBe(true);
    expect(semanticEqual({ a: {} }, {})).toBe(false);
    expect(semanticEqual({ cpu: '1' }, { cpu: '1000m' })).toBe(false);
  });
});
