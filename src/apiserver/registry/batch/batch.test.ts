import { describe, expect, it } from 'vitest';
import { errorsOfCreate, errorsOfStatus, errorsOfUpdate, prepared, type Sent } from '../testing.ts';
import { whyNoSchedule } from '../validation/cron.ts';
import { cronJobStrategy } from './cron-job.ts';
import { jobStrategy } from './job.ts';

const pod = { containers: [{ name: 'work', image: 'work:1' }], restartPolicy: 'Never' };
const job = (spec: object): Sent => ({ spec: { template: { spec: pod }, ...spec } });
const onFailure = { template: { spec: { ...pod, restartPolicy: 'OnFailure' } } };
const failing = (...rules: object[]): object => ({ podFailurePolicy: { rules } });
const indexed = { completionMode: 'Indexed', completions: 5 };

describe('a job', () => {
  it('finds its pods by its own identity', () => {
    const { spec, metadata } = prepared(jobStrategy, job({})) as never as Record<string, Record<string, unknown>>;
    const labels = {
      'batch.kubernetes.io/controller-uid': 'uid-1',
      'batch.kubernetes.io/job-name': 'web',
      'controller-uid': 'uid-1',
      'job-name': 'web',
    };
    expect(spec?.['selector']).toEqual({ matchLabels: { 'batch.kubernetes.io/controller-uid': 'uid-1' } });
    expect(spec?.['template']).toMatchObject({ metadata: { labels } });
    expect(metadata?.['labels']).toEqual(labels);
  });

  it.each<[string, object, string[]]>([
    ['nothing wrong', {}, []],
    [
      'pods that always restart',
      { template: { spec: { ...pod, restartPolicy: undefined } } },
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      'negative counts',
      { parallelism: -1 },
      ['spec.parallelism: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'indexes and no end',
      { completionMode: 'Indexed', parallelism: 2 },
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      'limits per index and no indexes',
      { backoffLimitPerIndex: 1 },
      ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
    ],
    [
      'an unknown mode',
      { completionMode: 'Random' },
      ['spec.completionMode: Unsupported value: "Random": supported values: "NonIndexed", "Indexed"'],
    ],
    [
      'a manager that is no path',
      { managedBy: 'me' },
      ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
    ],
  ])('with %s', (_, spec, expected) => {
    expect(errorsOfCreate(jobStrategy, job(spec))).toEqual(expected);
  });

  it.each<[string, object, string[]]>([
    ['that counts by exit code', failing({ action: 'FailJob', onExitCodes: { operator: 'In', values: [1, 42] } }), []],
    ['that ignores disruption', failing({ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }), []],
    [
      'without an action or a reason',
      failing({}),
      [
        'spec.podFailurePolicy.rules[0].action: Required value: valid values: "Count", "FailIndex", "FailJob", "Ignore"',
        'spec.podFailurePolicy.rules[0]: Invalid value: "": specifying one of OnExitCodes and OnPodConditions is required',
      ],
    ],
    [
      'that takes success for failure, in no order and twice',
      failing({ action: 'Count', onExitCodes: { operator: 'In', values: [3, 0, 3] } }),
      [
        'spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 3',
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [3,0,3]: must be ordered',
      ],
    ],
    [
      'about a container that is not there',
      failing({ action: 'Count', onExitCodes: { containerName: 'x', operator: 'NotIn', values: [1] } }),
      [
        'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template',
      ],
    ],
    [
      'that fails indexes and has no limit for them',
      failing({ action: 'FailIndex', onExitCodes: { operator: 'In', values: [1] } }),
      [
        'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      ],
    ],
    [
      'whose pods restart by themselves',
      { ...failing({ action: 'Ignore', onPodConditions: [{ type: 'X' }] }), ...onFailure },
      [
        'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
      ],
    ],
  ])('has a failure policy %s', (_, spec, expected) => {
    expect(errorsOfCreate(jobStrategy, job(spec))).toEqual(expected);
  });

  it.each<[string, object, string[]]>([
    [
      'for some indexes',
      { ...indexed, successPolicy: { rules: [{ succeededIndexes: '0,2-3', succeededCount: 2 }] } },
      [],
    ],
    [
      'without rules',
      { ...indexed, successPolicy: { rules: [] } },
      [
        'spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified',
      ],
    ],
    [
      'that asks for nothing',
      { ...indexed, successPolicy: { rules: [{}] } },
      [
        'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
      ],
    ],
    [
      'that asks for more than there is',
      { ...indexed, successPolicy: { rules: [{ succeededCount: 6 }] } },
      [
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)',
      ],
    ],
    [
      'that asks for more than its own indexes',
      { ...indexed, successPolicy: { rules: [{ succeededIndexes: '1-2', succeededCount: 3 }] } },
      [
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
      ],
    ],
  ])('has a success policy %s', (_, spec, expected) => {
    expect(errorsOfCreate(jobStrategy, job(spec))).toEqual(expected);
  });

  it('keeps its template and its end', () => {
    const before = prepared(jobStrategy, job({})) as never as { spec: { template: { spec: object } } };
    const same = structuredClone(before);
    const update = (change: (spec: Record<string, unknown>) => void) => {
      const next = structuredClone(before);
      change(next.spec as never);
      return errorsOfUpdate(jobStrategy, before as never, next as never).map((line) => line.split(': Invalid')[0]);
    };
    expect(errorsOfUpdate(jobStrategy, before as never, same as never)).toEqual([]);
    expect(update((spec) => void (spec['completions'] = 7))).toEqual(['spec.completions']);
    expect(update((spec) => void (spec['parallelism'] = 7))).toEqual([]);
    expect(
      update((spec) => void (spec['template'] = { ...before.spec.template, spec: { ...pod, hostPID: true } })),
    ).toEqual(['spec.template']);
  });

  it('may say where its pods go while it is suspended', () => {
    const before = prepared(jobStrategy, job({ suspend: true })) as never as { spec: { template: { spec: object } } };
    const next = structuredClone(before);
    Object.assign(next.spec.template.spec, { nodeSelector: { disk: 'ssd' }, tolerations: [{ operator: 'Exists' }] });
    expect(errorsOfUpdate(jobStrategy, before as never, next as never)).toEqual([]);
    Object.assign(next.spec.template.spec, { hostNetwork: true });
    expect(errorsOfUpdate(jobStrategy, before as never, next as never)).toHaveLength(1);
  });

  it('counts nothing below zero', () => {
    expect(errorsOfStatus(jobStrategy, job({}), { active: -1, failed: 0 })).toEqual([
      'status.active: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });
});

const cron = (spec: object, name = 'web'): Sent => ({
  metadata: { name, namespace: 'default' },
  spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: { spec: pod } } }, ...spec },
});

describe('a cron job', () => {
  it.each<[string, Sent, string[]]>([
    ['that works', cron({ timeZone: 'Europe/Berlin' }), []],
    ['without a schedule', cron({ schedule: '' }), ['spec.schedule: Required value']],
    [
      'with six fields',
      cron({ schedule: '0 0 3 * * *' }),
      ['spec.schedule: Invalid value: "0 0 3 * * *": expected exactly 5 fields, found 6: [0 0 3 * * *]'],
    ],
    [
      'with a zone in the schedule',
      cron({ schedule: 'TZ=UTC 0 3 * * *' }),
      [
        'spec.schedule: Invalid value: "TZ=UTC 0 3 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
    ],
    [
      'with two zones',
      cron({ schedule: 'CRON_TZ=UTC 0 3 * * *', timeZone: 'UTC' }),
      [
        'spec.schedule: Invalid value: "CRON_TZ=UTC 0 3 * * *": cannot use both timeZone field and TZ or CRON_TZ in schedule',
      ],
    ],
    [
      'in the zone of nobody',
      cron({ timeZone: 'Mars/Olympus' }),
      ['spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus'],
    ],
    [
      'in the zone of its server',
      cron({ timeZone: 'Local' }),
      [
        'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ],
    ],
    [
      'with a policy of its own',
      cron({ concurrencyPolicy: 'Maybe' }),
      ['spec.concurrencyPolicy: Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace"'],
    ],
    [
      'with a name too long for its jobs',
      cron({}, 'a'.repeat(53)),
      [`metadata.name: Invalid value: "${'a'.repeat(53)}": must be no more than 52 characters`],
    ],
    [
      'that selects by itself',
      cron({ jobTemplate: { spec: { template: { spec: pod }, manualSelector: true } } }),
      ['spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"'],
    ],
  ])('%s', (_, sent, expected) => {
    expect(errorsOfCreate(cronJobStrategy, sent)).toEqual(expected);
  });
});

describe('a schedule', () => {
  it.each(['* * * * *', '*/15 0-6,22 1 jan-mar mon-fri', '@daily', '@every 1h30m', '5/20 * ? * *', '0 0 29 2 *'])(
    'may be %s',
    (schedule) => {
      expect(whyNoSchedule(schedule)).toBeUndefined();
    },
  );

  it.each([
    ['', 'empty spec string'],
    ['@often', 'unrecognized descriptor: @often'],
    ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['*/1/2 * * * *', 'too many slashes: */1/2'],
    ['a * * * *', 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
  ])('may not be "%s"', (schedule, why) => {
    expect(whyNoSchedule(schedule)).toBe(why);
  });
});
