import { describe, expect, it } from 'vitest';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Pod } from '#gen/core/v1.ts';
import { errorsOfUpdate, prepared, type Sent } from '../../testing.ts';
import { podStrategy } from './strategy.ts';
import { warningsOfTemplate } from './warnings.ts';

const pod = (spec: object, container: object = {}): Sent => ({
  spec: { containers: [{ name: 'web', image: 'web:1', ...container }], ...spec },
});
const warnings = (sent: Sent): string[] =>
  podStrategy.strategy.warnings?.(prepared(podStrategy, sent), undefined) ?? [];
const update = (before: Sent, after: Sent): string[] =>
  errorsOfUpdate(podStrategy, before, prepared(podStrategy, after) as unknown as Sent);

describe('a new pod', () => {
  it.each<[string, Sent, object]>([
    ['asks for nothing', pod({}), { phase: 'Pending', qosClass: 'BestEffort' }],
    ['asks for something', pod({}, { resources: { requests: { cpu: '1' } } }), { qosClass: 'Burstable' }],
    [
      'asks for all it may use',
      pod({}, { resources: { limits: { cpu: '1', memory: '1Gi' } } }),
      { qosClass: 'Guaranteed' },
    ],
    [
      'waits at a gate',
      pod({ schedulingGates: [{ name: 'a.io/b' }] }),
      { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    ],
  ])('that %s has a status that says so', (_, sent, status) => {
    expect(prepared(podStrategy, sent)).toMatchObject({ status });
  });
});

describe('a pod that is there', () => {
  it.each<[string, Sent, Sent]>([
    ['its image', pod({}), pod({}, { image: 'web:2' })],
    ['one more toleration', pod({}), pod({ tolerations: [{ key: 'a', operator: 'Exists' }] })],
    ['a deadline', pod({}), pod({ activeDeadlineSeconds: 5 })],
    ['an open gate', pod({ schedulingGates: [{ name: 'a.io/b' }] }), pod({})],
    [
      'where it may go while it is gated',
      pod({ schedulingGates: [{ name: 'a.io/b' }] }),
      pod({ schedulingGates: [{ name: 'a.io/b' }], nodeSelector: { disk: 'ssd' } }),
    ],
  ])('can change %s', (_, before, after) => {
    expect(update(before, after)).toEqual([]);
  });

  it.each<[string, Sent, Sent, string]>([
    [
      'its command',
      pod({}),
      pod({}, { command: ['sh'] }),
      'spec: Forbidden: pod updates may not change fields other than',
    ],
    [
      'where it may go',
      pod({}),
      pod({ nodeSelector: { disk: 'ssd' } }),
      'spec: Forbidden: pod updates may not change fields',
    ],
    [
      'the number of its containers',
      pod({}),
      pod({
        containers: [
          { name: 'a', image: 'a:1' },
          { name: 'b', image: 'b:1' },
        ],
      }),
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ],
    [
      'a new gate',
      pod({}),
      pod({ schedulingGates: [{ name: 'a.io/b' }] }),
      "spec.schedulingGates: Forbidden: only deletion is allowed, but found new scheduling gate 'a.io/b'",
    ],
    [
      'a later deadline',
      pod({ activeDeadlineSeconds: 5 }),
      pod({ activeDeadlineSeconds: 6 }),
      'spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value',
    ],
    [
      'one toleration less',
      pod({ tolerations: [{ key: 'a', operator: 'Exists' }] }),
      pod({}),
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ],
  ])('cannot change %s', (...[, before, after, expected]) => {
    expect(update(before, after)[0]).toContain(expected);
  });

  it.each<[string, object, number | undefined, number]>([
    ['of no node', {}, 30, 0],
    ['that is done', { spec: { nodeName: 'a' }, status: { phase: 'Failed' } }, 30, 0],
    ['of a node', { spec: { nodeName: 'a', terminationGracePeriodSeconds: 7 } }, undefined, 7],
    ['of a node, in a hurry', { spec: { nodeName: 'a', terminationGracePeriodSeconds: 7 } }, 0, 0],
    ['of a node, beyond reason', { spec: { nodeName: 'a' } }, -5, 1],
  ])('and goes: %s', (...[, rest, asked, seconds]) => {
    const object = { spec: {}, ...rest } as unknown as Pod;
    expect(podStrategy.strategy.gracePeriodSeconds?.(object as unknown as KubeObject, asked)).toBe(seconds);
  });
});

describe('a warning', () => {
  it.each<[string, Sent, string[]]>([
    ['nothing strange', pod({}), []],
    [
      'a variable set twice',
      pod(
        {},
        {
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '2' },
          ],
        },
      ),
      ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
    ],
    [
      'a variable that builds on itself',
      pod(
        {},
        {
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '$(A)2' },
          ],
        },
      ),
      [],
    ],
    [
      'a label of old',
      pod({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
      ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
    ],
    [
      'a tenth of a byte',
      pod({}, { resources: { limits: { memory: '100m' }, requests: { memory: '0' } } }),
      ['spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer'],
    ],
    [
      'a secret without a name',
      pod({ imagePullSecrets: [{}] }),
      ['spec.imagePullSecrets[0].name: invalid empty name ""'],
    ],
  ])('is given for %s', (_, sent, expected) => {
    expect(warnings(sent)).toEqual(expected);
  });

  it('about a template is told once', () => {
    const spec = { template: { spec: { containers: [], terminationGracePeriodSeconds: -1 } } };
    const workload = { metadata: { generation: 1 }, spec } as never;
    expect(warningsOfTemplate(workload, undefined)).toEqual([
      'spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
    ]);
    expect(warningsOfTemplate(workload, workload)).toEqual([]);
  });
});
