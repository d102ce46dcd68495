import { describe, expect, it } from 'vitest';
import { type AcceptRules, accept, bareMediaType, MEDIA_TYPES, STREAM_TYPES } from './accept.ts';

const JSON_TYPE = 'application/json';
const YAML = 'application/yaml';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const KUBECTL_GET =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

const rules: AcceptRules = {
  mediaTypes: MEDIA_TYPES,
  allows: ({ kind, group, version }) =>
    group === 'meta.k8s.io' && ['v1', 'v1beta1'].includes(version) && ['Table', 'PartialObjectMetadata'].includes(kind),
};
const itself = (mediaType: string) => ({ mediaType, as: '', group: '', version: '', isPretty: false });
const as = (mediaType: string, kind: string, version = 'v1') => ({
  ...itself(mediaType),
  as: kind,
  group: 'meta.k8s.io',
  version,
});

describe('Accept', () => {
  it.each([
    [undefined, itself(JSON_TYPE)],
    ['', itself(JSON_TYPE)],
    [' ', itself(JSON_TYPE)],
    ['*/*', itself(JSON_TYPE)],
    ['*', itself(JSON_TYPE)],
    ['application/*', itself(JSON_TYPE)],
    [YAML, itself(YAML)],
    ['APPLICATION/YAML', itself(YAML)],
    [`${PROTOBUF},application/json`, itself(PROTOBUF)],
    [`application/json;q=0.5, ${PROTOBUF}`, itself(PROTOBUF)],
    [`*/*, ${PROTOBUF}`, itself(PROTOBUF)],
    ['text/html, application/json;q=0.1', itself(JSON_TYPE)],
    ['application/json;charset="utf-8";q="0.3"', itself(JSON_TYPE)],
    [`application/json;q=0,${YAML};q=0.1`, itself(YAML)],
    ['application/json;pretty=1', { ...itself(JSON_TYPE), isPretty: true }],
    [KUBECTL_GET, as(JSON_TYPE, 'Table')],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', as(JSON_TYPE, 'Table', 'v1beta1')],
    ['application/json;as=Nonsense;v=v1;g=meta.k8s.io,application/json', itself(JSON_TYPE)],
    [`${PROTOBUF};as=Table;g=meta.k8s.io;v=v1,application/json`, itself(JSON_TYPE)],
    [`${PROTOBUF};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`, as(PROTOBUF, 'PartialObjectMetadata')],
  ])('%s', (header, wanted) => {
    expect(accept(header, rules)).toEqual(wanted);
  });

  it.each([
    'text/html',
    'application/json;q=0',
    'application/json;as=Nonsense;g=meta.k8s.io;v=v1',
    'application/json;as=Table;g=apps;v=v1',
    'garbage',
  ])('refuses %s', (header) => {
    expect(() => accept(header, rules)).toThrow(
      expect.objectContaining({
        status: expect.objectContaining({
          code: 406,
          reason: 'NotAcceptable',
          message:
            'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
        }),
      }) as Error,
    );
  });

  it('finds no YAML for a stream', () => {
    expect(() => accept(YAML, { ...rules, mediaTypes: STREAM_TYPES })).toThrow('only the following');
    expect(accept(`${YAML},*/*`, { ...rules, mediaTypes: STREAM_TYPES })).toEqual(itself(JSON_TYPE));
  });
});

describe('Content-Type', () => {
  it.each([
    ['application/json; charset=utf-8', JSON_TYPE],
    ['Application/YAML', YAML],
    ['', ''],
  ])('%j', (header, bare) => {
    expect(bareMediaType(header)).toBe(bare);
  });
});
