import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../object.ts';
import { schemaOf } from '../schema-table.ts';
import { mergeBySchema } from './strategic-merge.ts';

const podSpec = schemaOf('k8s.io.api.core.v1.PodSpec');
const deploymentSpec = schemaOf('k8s.io.api.apps.v1.DeploymentSpec');
const meta = schemaOf('k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta');
const merge = (schema: typeof podSpec, existing: unknown, patch: unknown) =>
  mergeBySchema(schema, deepFreeze(existing), deepFreeze(patch));

describe('lists of containers', () => {
  const two = {
    containers: [
      { name: 'a', image: 'a:1', args: ['x'] },
      { name: 'b', image: 'b:1' },
    ],
  };
  it.each([
    ['merge by name', { containers: [{ name: 'b', image: 'b:2' }] }, [two.containers[0], { name: 'b', image: 'b:2' }]],
    ['put what is new first', { containers: [{ name: 'c' }] }, [{ name: 'c' }, ...two.containers]],
    [
      'replace lists without a strategy',
      { containers: [{ name: 'a', args: ['y'] }] },
      [{ ...two.containers[0], args: ['y'] }, two.containers[1]],
    ],
    ['delete by directive', { containers: [{ $patch: 'delete', name: 'a' }] }, [two.containers[1]]],
    ['are replaced by directive', { containers: [{ $patch: 'replace' }, { name: 'z' }] }, [{ name: 'z' }]],
    [
      'lose fields set to null',
      { containers: [{ name: 'a', args: null }] },
      [{ name: 'a', image: 'a:1' }, two.containers[1]],
    ],
    [
      'take the order asked for',
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
      [two.containers[1], two.containers[0]],
    ],
  ])('%s', (_, patch, containers) => {
    expect(merge(podSpec, two, patch)).toEqual({ containers });
  });

  it('refuses an item without its key', () => {
    expect(() => merge(podSpec, two, { containers: [{ image: 'x' }] })).toThrow(
      'map: {"image":"x"} does not contain declared merge key: name',
    );
  });
});

describe('plain lists that merge', () => {
  const live = { finalizers: ['a', 'b'] };
  it.each([
    [{ finalizers: ['c'] }, ['c', 'a', 'b']],
    [{ '$deleteFromPrimitiveList/finalizers': ['a'] }, ['b']],
    [{ finalizers: ['c'], '$setElementOrder/finalizers': ['a', 'b', 'c'] }, ['a', 'b', 'c']],
  ])('%j', (patch, finalizers) => {
    expect((merge(meta, live, patch) as { finalizers: string[] }).finalizers).toEqual(finalizers);
  });
});

describe('maps', () => {
  it('retain only the keys named', () => {
    const live = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };
    const patch = { strategy: { $retainKeys: ['type'], type: 'Recreate' } };
    expect(merge(deploymentSpec, live, patch)).toEqual({ strategy: { type: 'Recreate' } });
  });
  it('refuse to set a key that they do not retain', () => {
    expect(() => merge(deploymentSpec, {}, { $retainKeys: ['paused'], replicas: 1 })).toThrow(
      'invalid patch format of retainKeys',
    );
  });
  it.each([
    ['replace', { labels: { $patch: 'replace', z: '1' } }, { labels: { z: '1' } }],
    ['delete', { labels: { $patch: 'delete' } }, { labels: {} }],
    ['merge', { labels: { $patch: 'merge', b: '2' } }, { labels: { a: '1', b: '2' } }],
    ['null', { labels: { a: null, gone: null } }, { labels: {} }],
  ])('follow %s', (_, patch, expected) => {
    expect(merge(meta, { labels: { a: '1' } }, patch)).toEqual(expected);
  });
  it('refuse a directive that nobody knows', () => {
    expect(() => merge(meta, {}, { $patch: 'mend' })).toThrow('unknown patch type: mend');
  });
  it('take new branches without their directives and nulls', () => {
    const patch = { strategy: { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: null } };
    expect(merge(deploymentSpec, {}, patch)).toEqual({ strategy: { type: 'Recreate' } });
  });
});

it('gives the same when a patch is applied twice', () => {
  const container = fc.record({ name: fc.constantFrom('a', 'b', 'c'), image: fc.constantFrom('1', '2') });
  const spec = fc.record({ containers: fc.uniqueArray(container, { selector: ({ name }) => name }) });
  fc.assert(
    fc.property(spec, spec, (live, patch) => {
      const once = merge(podSpec, live, patch);
      expect(merge(podSpec, once, patch)).toEqual(once);
    }),
  );
});
