import { describe, expect, it } from 'vitest';
import { schemaOf } from '../schema-table.ts';
import { StatusError } from '../status.ts';
import type { DecodeOptions } from './json.ts';
import { decodeYaml, encodeYaml, parseYaml } from './yaml.ts';

const options: DecodeOptions = {
  schema: schemaOf('k8s.io.api.core.v1.ConfigMap'),
  expected: { group: '', version: 'v1', kind: 'ConfigMap' },
};
const decode = (text: string, more: Partial<DecodeOptions> = {}) =>
  decodeYaml(Buffer.from(text), { ...options, ...more });

describe('YAML 1.1', () => {
  it.each([
    ['a: on', { a: true }],
    ['a: No', { a: false }],
    ['a: 010', { a: 8 }],
    ['a: 2026-01-01', { a: '2026-01-01' }],
    ['a: 12:30:45', { a: '12:30:45' }],
    ['a: ~', { a: null }],
    ['1: x', { '1': 'x' }],
    ['base: &b {x: 1}\nmore:\n  <<: *b\n  z: 2', { base: { x: 1 }, more: { x: 1, z: 2 } }],
    ['a: 1\n---\nb: 2', { a: 1 }],
  ])('%j', (text, value) => {
    expect(parseYaml(text).value).toEqual(value);
  });

  it('refuses aliases that explode', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(', ')}]`,
    );
    expect(() => parseYaml(`l0: &l0 x\n${levels.join('\n')}`)).toThrow(/Excessive alias count/);
  });
});

describe('a YAML body', () => {
  it('becomes a canonical object', () => {
    expect(decode('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: "v"}')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { k: 'v' },
    });
  });

  it('says the line of a syntax error', () => {
    const attempt = () => decode('a: 1\nb: [');
    expect(attempt).toThrow(StatusError);
    expect(attempt).toThrow(
      /^the object provided is unrecognized \(must be of type ConfigMap\): error converting YAML to JSON: yaml: line 2: /,
    );
  });

  it('judges types like JSON', () => {
    expect(() => decode('data: {k: on}')).toThrow(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal bool into Go struct field ConfigMap.data of type string',
    );
  });

  it('reports keys that come twice, and keeps the last', () => {
    const text = 'data:\n  k: a\n  k: b\n';
    const note = 'error converting YAML to JSON: yaml: unmarshal errors:\n  line 3: key "k" already set in map';
    const warnings: string[] = [];
    const object = decode(text, { fieldValidation: 'Warn', warn: (message) => warnings.push(message) });
    expect(object).toMatchObject({ data: { k: 'b' } });
    expect(warnings).toEqual([note]);
    expect(() => decode(text, { fieldValidation: 'Strict' })).toThrow(`strict decoding error: ${note}`);
  });

  it('is an empty body when empty', () => {
    expect(decode('')).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {} });
  });
});

describe('writing YAML', () => {
  it('sorts keys and quotes what 1.1 would read as something else', () => {
    const text = encodeYaml({ b: ['on', '010', 'plain'], a: { z: 'x\ny\n', y: {} }, gone: undefined }).toString();
    expect(text).toBe('a:\n  "y": {}\n  z: |\n    x\n    y\nb:\n- "on"\n- "010"\n- plain\n');
    expect(parseYaml(text).value).toEqual({ a: { y: {}, z: 'x\ny\n' }, b: ['on', '010', 'plain'] });
  });
});
