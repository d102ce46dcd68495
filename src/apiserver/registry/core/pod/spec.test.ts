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
