import { describe, expect, it } from 'vitest';
import { eventsEventStrategy } from '../events/event.ts';
import { errorsOfCreate, errorsOfStatus, errorsOfUpdate, type Sent } from '../testing.ts';
import { configMapStrategy } from './config-map.ts';
import { endpointsStrategy } from './endpoints.ts';
import { eventStrategy } from './event.ts';
import { limitRangeStrategy } from './limit-range.ts';
import { nodeStrategy } from './node.ts';
import { replicationControllerStrategy } from './replication-controller.ts';
import { resourceQuotaStrategy } from './resource-quota.ts';
import { secretStrategy } from './secret.ts';

describe('a node', () => {
  const tainted = (...taints: object[]): Sent => ({ metadata: { name: 'n' }, spec: { taints } });

  it.each<[string, Sent, string[]]>([
    ['with a taint', tainted({ key: 'disk', effect: 'NoExecute' }), []],
    ['with an effectless taint', tainted({ key: 'disk' }), ['spec.taints[0].effect: Required value']],
    [
      'with a strange taint',
      tainted({ key: 'disk', effect: 'Explode' }),
      [
        'spec.taints[0].effect: Unsupported value: "Explode": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      ],
    ],
    [
      'tainted twice',
      tainted({ key: 'a', effect: 'NoSchedule' }, { key: 'a', value: 'b', effect: 'NoSchedule' }),
      [
        'spec.taints[1]: Duplicate value: {"key":"a","value":"b","effect":"NoSchedule"}: taints must be unique by key and effect pair',
      ],
    ],
    [
      'with two ranges of one family',
      { metadata: { name: 'n' }, spec: { podCIDRs: ['10.0.0.0/24', '10.0.1.0/24'] } },
      [
        'spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.0.1.0/24"]: may specify no more than one CIDR for each IP family',
      ],
    ],
  ])('%s', (_, sent, expected) => {
    expect(errorsOfCreate(nodeStrategy, sent)).toEqual(expected);
  });

  it('gets its range once', () => {
    const empty = { metadata: { name: 'n' }, spec: {} };
    const ranged = { spec: { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'] } };
    expect(errorsOfUpdate(nodeStrategy, empty, ranged)).toEqual([]);
    expect(errorsOfUpdate(nodeStrategy, { ...empty, ...ranged }, { spec: { podCIDRs: ['10.1.0.0/24'] } })).toEqual([
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
    ]);
  });

  it('has each address once', () => {
    const address = { type: 'InternalIP', address: '10.0.0.1' };
    expect(errorsOfStatus(nodeStrategy, { metadata: { name: 'n' } }, { addresses: [address, address] })).toEqual([
      'status.addresses[1]: Duplicate value: {"Type":"InternalIP","Address":"10.0.0.1"}',
    ]);
  });
});

describe('endpoints', () => {
  const subset = (one: object): Sent => ({ subsets: [one] });
  const port = { port: 80 };

  it.each<[string, Sent, string[]]>([
    ['that are fine', subset({ addresses: [{ ip: '10.0.0.1' }], ports: [port] }), []],
    [
      'without addresses',
      subset({ ports: [port] }),
      ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
    ],
    [
      'of the node itself',
      subset({ addresses: [{ ip: '127.0.0.1' }] }),
      [
        'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      ],
    ],
    [
      'with two nameless ports',
      subset({ addresses: [{ ip: '10.0.0.1' }], ports: [port, { port: 81, name: 'b' }] }),
      ['subsets[0].ports[0].name: Required value'],
    ],
    [
      'without a number',
      subset({ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 0 }] }),
      ['subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'],
    ],
  ])('%s', (_, sent, expected) => {
    expect(errorsOfCreate(endpointsStrategy, sent)).toEqual(expected);
  });
});

describe('a quota', () => {
  it.each<[string, object, string[]]>([
    [
      'of much',
      { hard: { pods: '5', 'requests.cpu': '500m', 'count/jobs.batch': '3', 'requests.hugepages-2Mi': '1' } },
      [],
    ],
    ['of half a pod', { hard: { pods: '500m' } }, ['spec.hard[pods]: Invalid value: "500m": must be an integer']],
    [
      'of something else',
      { hard: { bananas: '5' } },
      [
        'spec.hard[bananas]: Invalid value: "bananas": must be a standard resource type or fully qualified',
        'spec.hard[bananas]: Invalid value: "bananas": must be a standard resource for quota',
      ],
    ],
    [
      'that contradicts itself',
      { scopes: ['BestEffort', 'NotBestEffort'] },
      ['spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes'],
    ],
    [
      'for no classes',
      { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } },
      [
        "spec.scopeSelector.matchExpressions[0].values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      ],
    ],
  ])('%s', (_, spec, expected) => {
    expect(errorsOfCreate(resourceQuotaStrategy, { spec })).toEqual(expected);
  });

  it('keeps its scopes', () => {
    const before = { spec: { scopes: ['BestEffort'] } };
    expect(errorsOfUpdate(resourceQuotaStrategy, before, { spec: { scopes: [] } })).toEqual([
      'spec.scopes: Invalid value: []: field is immutable',
    ]);
  });
});

describe('a limit range', () => {
  const limit = (one: object): Sent => ({ spec: { limits: [{ type: 'Container', ...one }] } });

  it.each<[string, Sent, string[]]>([
    [
      'in order',
      limit({ min: { cpu: '1' }, defaultRequest: { cpu: '1' }, default: { cpu: '2' }, max: { cpu: '2' } }),
      [],
    ],
    [
      'upside down',
      limit({ min: { cpu: '2' }, max: { cpu: '1' }, default: { cpu: '1' }, defaultRequest: { cpu: '1' } }),
      [
        'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
        'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
        'spec.limits[0].default[cpu]: Invalid value: "1": min value 2 is greater than default value 1',
      ],
    ],
    [
      'with a ratio below one',
      limit({ maxLimitRequestRatio: { cpu: '500m' } }),
      ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1'],
    ],
    [
      'with defaults for whole pods',
      limit({ type: 'Pod', default: { cpu: '1' } }),
      ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
    ],
    [
      'for claims of any size',
      limit({ type: 'PersistentVolumeClaim' }),
      ['spec.limits[0]: Required value: either minimum or maximum storage value is required, but neither was provided'],
    ],
    [
      'for one kind twice',
      { spec: { limits: [{ type: 'Pod' }, { type: 'Pod' }] } },
      ['spec.limits[1].type: Duplicate value: "Pod"'],
    ],
  ])('%s', (_, sent, expected) => {
    expect(errorsOfCreate(limitRangeStrategy, sent)).toEqual(expected);
  });
});

describe('a replication controller', () => {
  const spec = { containers: [{ name: 'web', image: 'web:1' }] };

  it('has a selector, a template, and labels that fit', () => {
    const template = { metadata: { labels: { app: 'web' } }, spec };
    expect(errorsOfCreate(replicationControllerStrategy, { spec: { selector: { app: 'web' }, template } })).toEqual([]);
    expect(errorsOfCreate(replicationControllerStrategy, { spec: { replicas: -1 } })).toEqual([
      'spec.selector: Required value',
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.template: Required value',
    ]);
    expect(errorsOfCreate(replicationControllerStrategy, { spec: { selector: { app: 'db' }, template } })).toEqual([
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ]);
  });
});

describe('configuration', () => {
  it.each<[string, Sent, string[]]>([
    ['of two kinds', { data: { a: '1' }, binaryData: { b: 'AA==' } }, []],
    [
      'under a name twice',
      { data: { a: '1' }, binaryData: { a: 'AA==' } },
      ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
    ],
    [
      'that is too much',
      { data: { a: 'x'.repeat(1024 * 1024 + 1) } },
      ['<nil>: Too long: may not be more than 1048576 bytes'],
    ],
  ])('%s', (_, sent, expected) => {
    expect(errorsOfCreate(configMapStrategy, sent)).toEqual(expected);
  });

  it('that is immutable stays', () => {
    const before = { data: { a: '1' }, immutable: true };
    const why = 'field is immutable when `immutable` is set';
    expect(errorsOfUpdate(configMapStrategy, before, { data: { a: '2' } })).toEqual([`data: Forbidden: ${why}`]);
    expect(errorsOfUpdate(configMapStrategy, before, { immutable: false })).toEqual([`immutable: Forbidden: ${why}`]);
  });

  it.each<[string, Sent, string[]]>([
    ['a plain one', { stringData: { a: '1' } }, []],
    [
      'for TLS without its parts',
      { type: 'kubernetes.io/tls' },
      ['data[tls.crt]: Required value', 'data[tls.key]: Required value'],
    ],
    [
      'of an account nobody named',
      { type: 'kubernetes.io/service-account-token' },
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
  ])('that is secret: %s', (_, sent, expected) => {
    expect(errorsOfCreate(secretStrategy, sent)).toEqual(expected);
  });

  it('that is secret keeps its type', () => {
    expect(errorsOfUpdate(secretStrategy, { type: 'a' }, { type: 'b' })).toEqual([
      'type: Invalid value: "b": field is immutable',
    ]);
  });
});

const fresh = {
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingInstance: 'host-1',
  action: 'Binding',
  reason: 'Scheduled',
  type: 'Normal',
};

describe('an event', () => {
  it('of old stands in the namespace of what it is about', () => {
    expect(errorsOfCreate(eventStrategy, { involvedObject: { kind: 'Pod', namespace: 'default' } })).toEqual([]);
    expect(errorsOfCreate(eventStrategy, { involvedObject: { kind: 'Node' } })).toEqual([]);
    expect(errorsOfCreate(eventStrategy, { involvedObject: { kind: 'Pod', namespace: 'other' } })).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ]);
  });

  it('with a time says who acted how and why', () => {
    const { eventTime } = fresh;
    expect(errorsOfCreate(eventStrategy, { eventTime, involvedObject: { namespace: 'default' } })).toEqual([
      'reportingController: Required value',
      expect.stringContaining('reportingController: Invalid value: "": name part must be non-empty'),
      expect.stringContaining('reportingController: Invalid value: "": name part must consist of'),
      'reportingInstance: Required value',
      'action: Required value',
      'reason: Required value',
    ]);
  });

  it('of today has no fields of old', () => {
    const event = { ...fresh, reportingController: 'scheduler', regarding: { kind: 'Pod', namespace: 'default' } };
    expect(errorsOfCreate(eventsEventStrategy, event)).toEqual([]);
    expect(errorsOfCreate(eventsEventStrategy, { ...event, type: 'Loud', deprecatedCount: 3 })).toEqual([
      'type: Invalid value: "": has invalid value: Loud',
      'count: Invalid value: "": needs to be unset',
    ]);
    expect(errorsOfUpdate(eventsEventStrategy, event, { note: 'changed', series: { count: 1 } })).toEqual([
      'series.count: Invalid value: "": should be at least 2',
      'series.lastObservedTime: Required value',
      'message: Invalid value: "changed": field is immutable',
    ]);
  });
});
