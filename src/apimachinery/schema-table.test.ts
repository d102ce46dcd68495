import { describe, expect, it } from 'vitest';
import type { ListSchema, StructSchema } from './schema.ts';
import { hasSchema, schemaOf } from './schema-table.ts';

const struct = (schema: StructSchema, field: string): StructSchema => {
  const found = schema.fields.get(field)?.schema;
  const one = found?.kind === 'list' ? found.items : found;
  if (one?.kind !== 'struct') throw new Error(`${field} is no struct`);
  return one;
};
const list = (schema: StructSchema, field: string): ListSchema => {
  const found = schema.fields.get(field)?.schema;
  if (found?.kind !== 'list') throw new Error(`${field} is no list`);
  return found;
};
const podSpec = struct(schemaOf('k8s.io.api.core.v1.Pod'), 'spec');

describe('schema table', () => {
  it('gives the same schema each time', () => {
    expect(schemaOf('k8s.io.api.core.v1.PodSpec')).toBe(podSpec);
  });

  it('gives kinds apiVersion and kind, and templates none', () => {
    expect([...schemaOf('k8s.io.api.core.v1.Pod').fields.keys()]).toEqual([
      'kind',
      'apiVersion',
      'metadata',
      'spec',
      'status',
    ]);
    expect(schemaOf('k8s.io.api.core.v1.PodTemplateSpec').fields.has('kind')).toBe(false);
    expect(schemaOf('k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions').fields.has('kind')).toBe(true);
  });

  it('knows merge keys, map keys and their defaults', () => {
    const ports = list(struct(podSpec, 'containers'), 'ports');
    expect(ports).toMatchObject({ listType: 'map', listMapKeys: ['containerPort', 'protocol'] });
    expect(ports.keyDefaults).toEqual({ protocol: 'TCP' });
    expect(podSpec.fields.get('volumes')).toMatchObject({
      patchStrategies: ['merge', 'retainKeys'],
      patchMergeKey: 'name',
    });
  });

  it('flattens inlined structs', () => {
    const volume = struct(podSpec, 'volumes');
    expect([...volume.fields.keys()].slice(0, 3)).toEqual(['name', 'hostPath', 'emptyDir']);
    expect(struct(struct(podSpec, 'containers'), 'livenessProbe').fields.has('httpGet')).toBe(true);
  });

  it('keeps a field under its own JSON name although its Go name says inline', () => {
    const source = schemaOf('k8s.io.api.storage.v1.VolumeAttachmentSource');
    expect([...source.fields.keys()]).toEqual(['persistentVolumeName', 'inlineVolumeSpec']);
  });

  it('tells atomic from granular', () => {
    expect(podSpec.fields.get('nodeSelector')?.schema).toMatchObject({ kind: 'map', atomic: true });
    expect(struct(podSpec, 'affinity').atomic).toBe(false);
    expect(schemaOf('k8s.io.api.core.v1.ObjectReference').atomic).toBe(true);
    expect(struct(schemaOf('k8s.io.api.core.v1.PersistentVolumeSpec'), 'claimRef').atomic).toBe(false);
  });

  it('shows wrapped lists as lists', () => {
    const extra = schemaOf('k8s.io.api.authentication.v1.UserInfo').fields.get('extra')?.schema;
    expect(extra).toMatchObject({ kind: 'map', values: { kind: 'list', items: { scalar: 'string' } } });
    expect(hasSchema('k8s.io.api.authentication.v1.ExtraValue')).toBe(false);
  });

  it('resolves types that contain themselves', () => {
    const props = schemaOf('k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps');
    const not = props.fields.get('not')?.schema;
    expect(not).toBe(props);
    expect(props.fields.get('x-kubernetes-list-map-keys')?.schema.kind).toBe('list');
  });

  it('refuses a type that upstream does not have', () => {
    expect(() => schemaOf('k8s.io.api.core.v1.Nonsense').fields).toThrow(
      'the schema table has k8s.io.api.core.v1.Nonsense',
    );
  });
});
