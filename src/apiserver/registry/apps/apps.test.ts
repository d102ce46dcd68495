import { describe, expect, it } from 'vitest';
import { errorsOfCreate, errorsOfStatus, errorsOfUpdate, type Sent } from '../testing.ts';
import { controllerRevisionStrategy } from './controller-revision.ts';
import { daemonSetStrategy } from './daemon-set.ts';
import { deploymentStrategy } from './deployment.ts';
import { replicaSetStrategy } from './replica-set.ts';
import { statefulSetStrategy } from './stateful-set.ts';

const pod = { containers: [{ name: 'web', image: 'web:1' }] };
const selector = { matchLabels: { app: 'web' } };
const template = { metadata: { labels: { app: 'web' } }, spec: pod };
const withSpec = (spec: object): Sent => ({ spec: { selector, template, ...spec } });
const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

const shared: [string, object, string[]][] = [
  ['nothing wrong', {}, []],
  ['no selector', { selector: undefined }, ['spec.selector: Required value']],
  [
    'labels that the selector does not match',
    { template: { ...template, metadata: { labels: { app: 'db' } } } },
    ['spec.template.metadata.labels: Invalid value: {"app":"db"}: `selector` does not match template `labels`'],
  ],
  [
    'pods that do not restart',
    { template: { ...template, spec: { ...pod, restartPolicy: 'Never' } } },
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    'a negative time',
    { minReadySeconds: -1 },
    ['spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0'],
  ],
];

describe.each([
  ['deployment', deploymentStrategy],
  ['replica set', replicaSetStrategy],
  ['daemon set', daemonSetStrategy],
  ['stateful set', statefulSetStrategy],
] as const)('a %s', (_, strategy) => {
  it.each(shared)('with %s', (_what, spec, expected) => {
    expect(errorsOfCreate(strategy, withSpec(spec))).toEqual(expected);
  });

  it('may not be bounded in time', () => {
    const bounded = { template: { ...template, spec: { ...pod, activeDeadlineSeconds: 5 } } };
    const [error] = errorsOfCreate(strategy, withSpec(bounded));
    expect(error).toMatch(
      /^spec\.template\.spec\.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in \w+ is not Supported$/,
    );
  });
});

describe('a deployment', () => {
  const rolling = (rollingUpdate: object): Sent => withSpec({ strategy: { type: 'RollingUpdate', rollingUpdate } });

  it.each<[string, Sent, string[]]>([
    [
      'that may neither surge nor lack',
      rolling({ maxUnavailable: 0, maxSurge: 0 }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
    ],
    [
      'that may neither surge nor lack in percent',
      rolling({ maxUnavailable: '0%', maxSurge: '0%' }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
    ],
    [
      'that may lack more than all',
      rolling({ maxUnavailable: '101%' }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
    ],
    ['that surges twice over', rolling({ maxSurge: '200%' }), []],
    [
      'with a percentage without its sign',
      rolling({ maxSurge: 'half' }),
      [`spec.strategy.rollingUpdate.maxSurge: Invalid value: "half": ${PERCENT}`],
    ],
    [
      'that recreates and rolls',
      withSpec({ strategy: { type: 'Recreate', rollingUpdate: {} } }),
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      'of an unknown strategy',
      withSpec({ strategy: { type: 'Blue' } }),
      ['spec.strategy.type: Unsupported value: "Blue": supported values: "Recreate", "RollingUpdate"'],
    ],
    [
      'that gives up before it is ready',
      withSpec({ progressDeadlineSeconds: 5, minReadySeconds: 5 }),
      ['spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds'],
    ],
  ])('%s', (_, sent, expected) => {
    expect(errorsOfCreate(deploymentStrategy, sent)).toEqual(expected);
  });

  it('keeps its selector', () => {
    const labels = { app: 'web', tier: 'front' };
    const before = withSpec({ template: { ...template, metadata: { labels } } });
    const after = withSpec({ selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } });
    expect(errorsOfUpdate(deploymentStrategy, before, after)).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"front"}}: field is immutable',
    ]);
  });

  it('never has more parts than it has replicas', () => {
    const status = { replicas: 1, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 2 };
    expect(errorsOfStatus(deploymentStrategy, withSpec({}), status)).toEqual([
      'status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas',
    ]);
  });
});

describe('a daemon set', () => {
  const rolling = (rollingUpdate: object): Sent =>
    withSpec({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });

  it.each<[string, Sent, string[]]>([
    ['that surges', rolling({ maxUnavailable: 0, maxSurge: 1 }), []],
    [
      'that lacks and surges',
      rolling({ maxUnavailable: 1, maxSurge: 1 }),
      ['spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero'],
    ],
    [
      'that can neither',
      rolling({ maxUnavailable: 0, maxSurge: 0 }),
      ['spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0'],
    ],
    [
      'of an unknown strategy',
      withSpec({ updateStrategy: { type: 'Recreate' } }),
      ['spec.updateStrategy.type: Unsupported value: "Recreate": supported values: "RollingUpdate", "OnDelete"'],
    ],
  ])('%s', (_, sent, expected) => {
    expect(errorsOfCreate(daemonSetStrategy, sent)).toEqual(expected);
  });
});

describe('a stateful set', () => {
  it('may mount what its claim templates bring', () => {
    const spec = { containers: [{ ...pod.containers[0], volumeMounts: [{ name: 'data', mountPath: '/data' }] }] };
    const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }];
    expect(
      errorsOfCreate(statefulSetStrategy, withSpec({ template: { ...template, spec }, volumeClaimTemplates })),
    ).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    [
      'an unknown order',
      { podManagementPolicy: 'Chaos' },
      ["spec.podManagementPolicy: Invalid value: \"Chaos\": must be 'OrderedReady' or 'Parallel'"],
    ],
    [
      'a negative partition',
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: -1 } } },
      ['spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'an unknown fate of claims',
      { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Sell', whenScaled: 'Retain' } },
      [
        'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Sell": supported values: "Retain", "Delete"',
      ],
    ],
  ])('with %s', (_, spec, expected) => {
    expect(errorsOfCreate(statefulSetStrategy, withSpec(spec))).toEqual(expected);
  });

  it('changes only in what may change', () => {
    expect(errorsOfUpdate(statefulSetStrategy, withSpec({}), withSpec({ replicas: 3 }))).toEqual([]);
    expect(errorsOfUpdate(statefulSetStrategy, withSpec({ serviceName: 'a' }), withSpec({ serviceName: 'b' }))).toEqual(
      [
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ],
    );
  });

  it('has a name that can be the name of a host', () => {
    const name = statefulSetStrategy.strategy.validateName;
    expect(name?.('web.v1', false)).toEqual(['must not contain dots']);
    expect(name?.('web-', true)).toEqual([]);
  });
});

describe('a controller revision', () => {
  it('is a number and data that stay', () => {
    expect(errorsOfCreate(controllerRevisionStrategy, { revision: -1 })).toEqual([
      'data: Required value: data is mandatory',
      'revision: Invalid value: -1: must be greater than or equal to 0',
    ]);
    const before = { revision: 1, data: { a: 1 } };
    expect(errorsOfUpdate(controllerRevisionStrategy, before, { revision: 2 })).toEqual([]);
    expect(errorsOfUpdate(controllerRevisionStrategy, before, { data: { a: 2 } })).toEqual([
      'data: Invalid value: {"a":2}: field is immutable',
    ]);
  });
});
