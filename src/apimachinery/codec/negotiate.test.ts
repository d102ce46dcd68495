import { describe, expect, it } from 'vitest';
import { StatusError } from '../status.ts';
import { bodyEncoding, negotiate, patchTypeOf } from './negotiate.ts';

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const KUBECTL_GET =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
const table = { kind: 'Table', group: 'meta.k8s.io', version: 'v1' };

describe('Accept', () => {
  it.each([
    [undefined, { encoding: JSON_TYPE }],
    ['', { encoding: JSON_TYPE }],
    ['*/*', { encoding: JSON_TYPE }],
    ['application/*', { encoding: JSON_TYPE }],
    ['application/yaml', { encoding: 'application/yaml' }],
    [`${PROTOBUF},application/json`, { encoding: PROTOBUF }],
    [`application/json;q=0.5, ${PROTOBUF}`, { encoding: PROTOBUF }],
    [`*/*, ${PROTOBUF}`, { encoding: PROTOBUF }],
    ['text/html, application/json;q=0.1', { encoding: JSON_TYPE }],
    ['application/json;pretty=1', { encoding: JSON_TYPE, pretty: true }],
    [KUBECTL_GET, { encoding: JSON_TYPE, as: table }],
    [`${PROTOBUF};stream=watch`, { encoding: PROTOBUF, stream: 'watch' }],
    ['application/json;stream=watch;charset=utf-8', { encoding: JSON_TYPE, stream: 'watch' }],
    [
      `${PROTOBUF};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`,
      { encoding: PROTOBUF, as: { kind: 'PartialObjectMetadataList', group: 'meta.k8s.io', version: 'v1' } },
    ],
  ])('%s', (accept, wanted) => {
    expect(negotiate(accept)).toEqual({ pretty: false, ...wanted });
  });

  it('passes over tables where they cannot be had', () => {
    expect(negotiate(KUBECTL_GET, { transforms: false })).toEqual({ encoding: JSON_TYPE, pretty: false });
    expect(negotiate(`${PROTOBUF};as=Table;g=meta.k8s.io;v=v1,application/json`).as).toBeUndefined();
  });

  it.each([
    'text/html',
    'application/json;q=0',
    'application/json;as=Nonsense;g=meta.k8s.io;v=v1',
    'application/json;as=Table;g=apps;v=v1',
  ])('refuses %s', (accept) => {
    const attempt = () => negotiate(accept);
    expect(attempt).toThrow(StatusError);
    expect(attempt).toThrow(
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  });
});

describe('Content-Type', () => {
  it('is JSON unless said', () => {
    expect(bodyEncoding(undefined)).toBe(JSON_TYPE);
    expect(bodyEncoding('application/json; charset=utf-8')).toBe(JSON_TYPE);
    expect(bodyEncoding('Application/YAML')).toBe('application/yaml');
  });

  it('is refused by name when unknown', () => {
    expect(() => bodyEncoding('text/plain')).toThrow(
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  });

  it('names the kind of a patch', () => {
    expect(patchTypeOf('application/apply-patch+yaml')).toBe('application/apply-patch+yaml');
    expect(() =>
      patchTypeOf('application/json', ['application/json-patch+json', 'application/merge-patch+json']),
    ).toThrow(
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json',
    );
  });
});
