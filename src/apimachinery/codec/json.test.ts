import { describe, expect, it } from 'vitest';
import { schemaOf } from '../schema-table.ts';
import { StatusError } from '../status.ts';
import { applySchemaDefaults } from './defaults.ts';
import { type DecodeOptions, decodeJson, encodeJson } from './json.ts';

const schema = (type: string) => schemaOf(`k8s.io.api.${type}`);
const pod: DecodeOptions = { schema: schema('core.v1.Pod'), expected: { group: '', version: 'v1', kind: 'Pod' } };
const deployment: DecodeOptions = {
  schema: schema('apps.v1.Deployment'),
  expected: { group: 'apps', version: 'v1', kind: 'Deployment' },
};
const decode = (text: string, options: DecodeOptions = pod) => decodeJson(Buffer.from(text), options);
const said = (text: string, options: DecodeOptions = pod): string => {
  try {
    decode(text, options);
  } catch (error) {
    if (error instanceof StatusError && error.code === 400 && error.reason === 'BadRequest') return error.message;
    throw error;
  }
  throw new Error('was accepted');
};

describe('a readable body', () => {
  it('becomes what the path says when it does not say itself', () => {
    expect(decode('{"metadata":{"name":"a"}}')).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
    expect(decode('{}', deployment)).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' });
  });

  it('has every struct that Go always writes', () => {
    expect(decode('{"spec":{"template":{"spec":{"containers":[{"name":"c"}]}}}}', deployment)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {},
      spec: {
        selector: undefined,
        strategy: {},
        template: { metadata: {}, spec: { containers: [{ name: 'c', resources: {} }] } },
      },
      status: {},
    });
  });

  it.each([
    ['null values', '{"metadata":{"labels":null,"name":null}}', {}],
    ['empty strings, lists and maps', '{"metadata":{"namespace":"","finalizers":[],"labels":{}}}', {}],
    ['unknown fields', '{"metadata":{"nonsense":1}}', {}],
    [
      'sub-second precision',
      '{"metadata":{"creationTimestamp":"2026-01-01T01:00:00.5+01:00"}}',
      { creationTimestamp: '2026-01-01T00:00:00Z' },
    ],
    [
      'keys that would reach the prototype',
      '{"metadata":{"labels":{"__proto__":"x"}}}',
      { labels: JSON.parse('{"__proto__":"x"}') },
    ],
  ])('drops %s', (_, text, metadata) => {
    expect(decode(text).metadata).toEqual(metadata);
  });

  it('keeps zero values behind pointers', () => {
    const spec = { replicas: 0, strategy: { rollingUpdate: { maxSurge: 0 } } };
    expect(decode(JSON.stringify({ spec }), deployment)).toMatchObject({ spec });
  });

  it('normalises quantities and fills a divisor as Go does', () => {
    const container = {
      name: 'c',
      resources: { limits: { cpu: '1000m', memory: 1024 } },
      env: [{ name: 'E', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }],
    };
    expect(decode(JSON.stringify({ spec: { containers: [container] } }))).toMatchObject({
      spec: {
        containers: [
          {
            resources: { limits: { cpu: '1', memory: '1024' } },
            env: [{ valueFrom: { resourceFieldRef: { divisor: '0' } } }],
          },
        ],
      },
    });
  });

  it('reads micro times and zero-fills required numbers', () => {
    const lease = {
      schema: schema('coordination.v1.Lease'),
      expected: { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' },
    };
    expect(decode('{"spec":{"renewTime":"2026-01-01T02:00:00.123456+02:00"}}', lease)).toMatchObject({
      spec: { renewTime: '2026-01-01T00:00:00.123456Z' },
    });
    const set = { schema: schema('apps.v1.DaemonSet'), expected: { group: 'apps', version: 'v1', kind: 'DaemonSet' } };
    expect(decode('{}', set)).toMatchObject({ status: { desiredNumberScheduled: 0, numberReady: 0 } });
  });

  it('is written back as one line', () => {
    expect(encodeJson({ a: 'ä' }).toString()).toBe('{"a":"ä"}\n');
  });
});

describe('a body that cannot be read', () => {
  it.each([
    ['whole', `{"x":${'['.repeat(500_000)}${']'.repeat(500_000)}}`],
    ['cut', '['.repeat(500_000)],
  ])('may be nested beyond reason (%s)', (_, text) => {
    expect(said(text, { ...pod, fieldValidation: 'Strict' })).toContain('exceeded max depth');
  });

  it.each([
    [
      '',
      "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
    ],
    [
      '{"a":',
      `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected end of JSON input ({"a":)`,
    ],
    [
      'not json',
      "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: invalid character 'o' in literal null (expecting 'u') (6e6f74206a736f6e)",
    ],
    [
      '{"a":1}}',
      `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: invalid character '}' after top-level value ({"a":1}})`,
    ],
    [
      "{'a':1}",
      `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: invalid character '\\'' looking for beginning of object key string ({'a':1})`,
    ],
    [
      '{"kind":3}',
      `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string ({"kind":3})`,
    ],
    [
      '{"apiVersion":"a/b/c"}',
      'the object provided is unrecognized (must be of type Pod): unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c"})',
    ],
  ])('%j', (text, message) => {
    expect(said(text)).toBe(message);
  });
});

const badPod = (why: string) => `Pod in version "v1" cannot be handled as a Pod: ${why}`;

describe('a body with values of the wrong type', () => {
  it.each([
    [
      '{"metadata":{"labels":"x"}}',
      'json: cannot unmarshal string into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    ],
    [
      '{"metadata":{"labels":{"a":1}}}',
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    ['{"spec":[]}', 'json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec'],
    [
      '{"spec":{"containers":{}}}',
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      '{"spec":{"containers":[{"imagePullPolicy":1}]}}',
      'json: cannot unmarshal number into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy',
    ],
    [
      '{"spec":{"priority":1.5}}',
      'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.priority of type int32',
    ],
    [
      '{"spec":{"priority":3000000000}}',
      'json: cannot unmarshal number 3000000000 into Go struct field PodSpec.spec.priority of type int32',
    ],
    [
      '{"spec":{"hostNetwork":"true"}}',
      'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
    ],
    [
      '{"metadata":{"creationTimestamp":"yesterday"}}',
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
    [
      '{"spec":{"volumes":[{"emptyDir":7}]}}',
      'json: cannot unmarshal number into Go struct field Volume.spec.volumes.VolumeSource.emptyDir of type v1.EmptyDirVolumeSource',
    ],
    [
      '{"spec":{"containers":[{"livenessProbe":{"httpGet":{"port":{}}}}]}}',
      'json: cannot unmarshal object into Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32',
    ],
    [
      '{"spec":{"overhead":"1"}}',
      'json: cannot unmarshal string into Go struct field PodSpec.spec.overhead of type v1.ResourceList',
    ],
    [
      '{"spec":{"overhead":{"cpu":"lots"}}}',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ])('%s', (text, why) => {
    expect(said(text)).toBe(badPod(why));
  });

  it('names the byte at which base64 ends', () => {
    const secret = { schema: schema('core.v1.Secret'), expected: { group: '', version: 'v1', kind: 'Secret' } };
    expect(said('{"data":{"a":"!!"}}', secret)).toContain('illegal base64 data at input byte 0');
  });
});

describe('a body of another kind', () => {
  it.each([
    [
      '{"apiVersion":"v1","kind":"Service"}',
      'Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion',
    ],
    [
      '{"apiVersion":"v7","kind":"Pod"}',
      'Pod in version "v7" cannot be handled as a Pod: no kind "Pod" is registered for version "v7" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ],
  ])('%s', (text, message) => {
    expect(said(text)).toBe(message);
  });

  it('is told which version the path has', () => {
    const hpa = {
      schema: schema('autoscaling.v1.HorizontalPodAutoscaler'),
      expected: { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler' },
    };
    expect(said('{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler"}', hpa)).toBe(
      'the API version in the data (autoscaling/v2) does not match the expected API version (autoscaling/v1)',
    );
  });
});

describe('field validation', () => {
  const text =
    '{"foo":1,"spec":{"containers":[{"name":"a","name":"b","bar":{}}]},"metadata":{"labels":{"x":"1","x":"2"}}}';
  const errors = [
    'unknown field "foo"',
    'duplicate field "spec.containers[0].name"',
    'unknown field "spec.containers[0].bar"',
    'duplicate field "metadata.labels.x"',
  ];

  it('refuses unknown and duplicate fields when strict', () => {
    expect(said(text, { ...pod, fieldValidation: 'Strict' })).toBe(
      badPod(`strict decoding error: ${errors.join(', ')}`),
    );
  });

  it('warns of each otherwise, and keeps the last value', () => {
    const warnings: string[] = [];
    const object = decode(text, { ...pod, fieldValidation: 'Warn', warn: (message) => warnings.push(message) });
    expect(warnings).toEqual(errors);
    expect(object).toMatchObject({ spec: { containers: [{ name: 'b' }] }, metadata: { labels: { x: '2' } } });
  });

  it('says nothing when told to ignore', () => {
    const warnings: string[] = [];
    decode(text, { ...pod, fieldValidation: 'Ignore', warn: (message) => warnings.push(message) });
    expect(warnings).toEqual([]);
  });

  it('is not fooled by colons and quotes inside strings', () => {
    const tricky = '{"metadata":{"annotations":{"a":"\\"b\\":1,\\\\","c":"{\\"d\\":2}"}}}';
    expect(decode(tricky, { ...pod, fieldValidation: 'Strict' }).metadata).toEqual(JSON.parse(tricky).metadata);
  });

  it('reports wrong types before strict errors', () => {
    expect(said('{"foo":1,"spec":3}', { ...pod, fieldValidation: 'Strict' })).toBe(
      badPod('json: cannot unmarshal number into Go struct field Pod.spec of type v1.PodSpec'),
    );
  });
});

describe('schema defaults', () => {
  it('fill structs that are there, and nothing else', () => {
    const service = decode('{"spec":{"ports":[{"port":80},{"port":53,"protocol":"UDP"}]}}', {
      schema: schema('core.v1.Service'),
      expected: { group: '', version: 'v1', kind: 'Service' },
    });
    applySchemaDefaults(service, schema('core.v1.Service'));
    expect(service).toMatchObject({
      spec: {
        ports: [
          { port: 80, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
      },
    });
    const volume = { name: 'v', azureDisk: { diskName: 'd', diskURI: 'u' } };
    const object = decode(JSON.stringify({ spec: { volumes: [volume], containers: [] } }));
    applySchemaDefaults(object, pod.schema);
    expect(object).toMatchObject({
      spec: { volumes: [{ azureDisk: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' } }] },
    });
  });
});
