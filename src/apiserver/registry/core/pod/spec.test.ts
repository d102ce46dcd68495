import { describe, expect, it } from 'vitest';
import { pods } from '#api/core/v1/pod.ts';
import { FieldPath } from '#apimachinery/field-error.ts';
import type { Pod, PodSpec } from '#gen/core/v1.ts';
import { validatePodSpec } from './spec.ts';

function errorsOf(change: (spec: PodSpec) => void): string[] {
  const spec: PodSpec = { containers: [{ name: 'web', image: 'nginx:1' }] };
  change(spec);
  const pod = { metadata: { name: 'web' }, spec } as Pod;
  pods.defaults?.(pod);
  return validatePodSpec(pod.spec, new FieldPath('spec')).map(({ field, detail }) => `${field}: ${detail}`);
}

const first = (spec: PodSpec) => spec.containers[0] as PodSpec['containers'][number];

const cases: [string, (spec: PodSpec) => void, string[]][] = [
  ['a plain pod', () => {}, []],
  ['no containers', (spec) => void (spec.containers = []), ['spec.containers: Required value']],
  ['no image', (spec) => void delete first(spec).image, ['spec.containers[0].image: Required value']],
  [
    'an unknown volume',
    (spec) => void (first(spec).volumeMounts = [{ name: 'data', mountPath: '/data' }]),
    ['spec.containers[0].volumeMounts[0].name: Not found: "data"'],
  ],
  [
    'more requested than allowed',
    (spec) => void (first(spec).resources = { limits: { cpu: '500m' }, requests: { cpu: '1' } }),
    ['spec.containers[0].resources.requests: Invalid value: "1": must be less than or equal to cpu limit of 500m'],
  ],
  [
    'an unknown restart policy',
    (spec) => void (spec.restartPolicy = 'Sometimes' as never),
    ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"'],
  ],
  [
    'two volumes of one name',
    (spec) => void (spec.volumes = [{ name: 'a' }, { name: 'a' }]),
    ['spec.volumes[1].name: Duplicate value: "a"'],
  ],
  [
    'a volume of its own without a size',
    (spec) => void (spec.volumes = [{ name: 'a', ephemeral: { volumeClaimTemplate: { spec: { accessModes: [] } } } }]),
    [
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is required',
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
    ],
  ],
  [
    'a volume of a nameless driver',
    (spec) => void (spec.volumes = [{ name: 'a', csi: { driver: '' } }]),
    ['spec.volumes[0].csi.driver: Required value'],
  ],
  [
    'a volume of two kinds',
    (spec) => void (spec.volumes = [{ name: 'a', emptyDir: {}, hostPath: { path: '/a' } }]),
    ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'a probe that does nothing',
    (spec) => void (first(spec).livenessProbe = {}),
    ['spec.containers[0].livenessProbe: Required value: must specify a handler type'],
  ],
  [
    'a liveness that must be seen twice',
    (spec) => void (first(spec).livenessProbe = { exec: { command: ['a'] }, successThreshold: 2 }),
    ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
  ],
  [
    'a device and a mount in one place',
    (spec) => {
      spec.volumes = [{ name: 'a', emptyDir: {} }];
      first(spec).volumeMounts = [
        { name: 'a', mountPath: '/a' },
        { name: 'a', mountPath: '/a' },
      ];
    },
    ['spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique'],
  ],
  [
    'an ordinary container that shares everything with the host but its ports',
    (spec) => {
      spec.hostNetwork = true;
      first(spec).ports = [{ containerPort: 80, hostPort: 81 }];
    },
    ['spec.containers[0].ports[0].containerPort: Invalid value: 80: must match `hostPort` when `hostNetwork` is true'],
  ],
  [
    'DNS of its own that is not there',
    (spec) => void (spec.dnsPolicy = 'None'),
    ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  ],
  [
    'a toleration in seconds of nothing that evicts',
    (spec) => void (spec.tolerations = [{ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 1 }]),
    [
      `spec.tolerations[0].effect: Invalid value: "NoSchedule": effect must be 'NoExecute' when \`tolerationSeconds\` is set`,
    ],
  ],
  [
    'a port out of range',
    (spec) => void (first(spec).ports = [{ containerPort: 70_000 }]),
    ['spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
  ],
];

describe('validation of a pod', () => {
  it.each(cases)('judges %s', (_, change, expected) => {
    expect(errorsOf(change)).toEqual(expected);
  });
});
