import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ManagedFieldsEntry } from '#gen/meta/v1.ts';
import type { KubeObject } from '../object.ts';
import { schemaOf } from '../schema-table.ts';
import { StatusError } from '../status.ts';
import { applyConfiguration, type FieldWrite, trackUpdate } from './field-manager.ts';

const schema = schemaOf('k8s.io.api.apps.v1.Deployment');
const write = (manager: string, time = '2026-01-01T00:00:00Z', subresource = ''): FieldWrite => ({
  manager,
  apiVersion: 'apps/v1',
  subresource,
  time,
  schema,
  resets: subresource === 'status' ? ['spec'] : ['status'],
});

interface Shape {
  replicas?: number;
  labels?: Record<string, string>;
  containers?: object[];
  more?: object;
}
function deployment({
  replicas,
  labels,
  containers = [{ name: 'c', image: 'c:1' }],
  more,
}: Shape): KubeObject & { spec: never } {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', ...(labels && { labels }) },
    spec: { ...(replicas !== undefined && { replicas }), template: { spec: { containers } }, ...more },
  } as never;
}

/** Objects as the server keeps them between writes. */
function create(object: KubeObject, manager: string) {
  return { ...object, metadata: { ...object.metadata, managedFields: trackUpdate(undefined, object, write(manager)) } };
}
function apply(live: KubeObject | undefined, config: KubeObject, manager: string, force = false) {
  const { object, managedFields } = applyConfiguration(live, config, { ...write(manager), force });
  return { ...object, metadata: { ...object.metadata, managedFields } };
}
function update(live: KubeObject, next: KubeObject, manager: string, time?: string) {
  return { ...next, metadata: { ...next.metadata, managedFields: trackUpdate(live, next, write(manager, time)) } };
}
const owners = (object: KubeObject): Record<string, unknown> =>
  Object.fromEntries(
    (object.metadata.managedFields as ManagedFieldsEntry[]).map(({ manager, fieldsV1 }) => [manager, fieldsV1]),
  );
const specOf = (object: KubeObject) => (object as unknown as { spec: Record<string, never> }).spec;

describe('updates', () => {
  it('make the creator own what it set, not the structs around it', () => {
    const made = create(deployment({ replicas: 2, labels: { app: 'web' } }), 'kubectl');
    expect(made.metadata.managedFields).toEqual([
      {
        manager: 'kubectl',
        operation: 'Update',
        apiVersion: 'apps/v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
          'f:spec': {
            'f:replicas': {},
            'f:template': {
              'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
            },
          },
        },
      },
    ]);
  });

  it('take over what they change, and only that', () => {
    const made = create(deployment({ replicas: 2 }), 'kubectl');
    const scaled = update(made, deployment({ replicas: 3 }), 'autoscaler');
    expect(owners(scaled)).toMatchObject({ autoscaler: { 'f:spec': { 'f:replicas': {} } } });
    expect(JSON.stringify(owners(scaled)['kubectl'])).not.toContain('f:replicas');
  });

  it('leave the entries of others and their times alone when nothing changes', () => {
    const made = create(deployment({ replicas: 2 }), 'kubectl');
    const again = update(made, deployment({ replicas: 2 }), 'other', '2027-01-01T00:00:00Z');
    expect(again.metadata.managedFields).toEqual(made.metadata.managedFields);
  });

  it('forget owners of what they remove', () => {
    const made = create(deployment({ replicas: 2, labels: { app: 'web', tier: 'x' } }), 'kubectl');
    const next = update(made, deployment({ replicas: 2, labels: { app: 'web' } }), 'editor');
    expect(owners(next)).toEqual({
      kubectl: expect.objectContaining({ 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } } }),
    });
  });

  it('through the status subresource never own the spec', () => {
    const live = create(deployment({ replicas: 2 }), 'kubectl');
    const next = { ...live, spec: { replicas: 5 }, status: { replicas: 2 } } as never;
    const entries = trackUpdate(live, next, write('controller', '2026-01-02T00:00:00Z', 'status'));
    expect(entries.find(({ manager }) => manager === 'controller')).toMatchObject({
      subresource: 'status',
      fieldsV1: { 'f:status': { 'f:replicas': {} } },
    });
  });

  it('sum up the oldest of many updaters', () => {
    let live: KubeObject = create(deployment({ labels: {} }), 'creator');
    for (let n = 0; n < 15; n++) {
      const labels = { ...live.metadata.labels, [`l${n}`]: 'x' };
      live = update(live, { ...live, metadata: { ...live.metadata, labels } }, `m${n}`, `2026-01-02T00:00:${10 + n}Z`);
    }
    const names = (live.metadata.managedFields ?? []).map(({ manager }) => manager);
    expect(names).toHaveLength(10);
    expect(names).toContain('ancient-changes');
    expect(names).toContain('m14');
  });
});

describe('apply', () => {
  it('creates, and owns exactly its configuration', () => {
    const made = apply(undefined, deployment({ replicas: 2, labels: { app: 'web' } }), 'me');
    expect(owners(made)['me']).toEqual({
      'f:metadata': { 'f:labels': { 'f:app': {} } },
      'f:spec': {
        'f:replicas': {},
        'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {} } } } },
      },
    });
  });

  it('is idempotent: the same configuration again changes nothing', () => {
    const made = apply(undefined, deployment({ replicas: 2, labels: { app: 'web' } }), 'me');
    expect(apply(made, deployment({ replicas: 2, labels: { app: 'web' } }), 'me')).toEqual(made);
  });

  it('refuses to change what somebody else owns, naming the field and the owner', () => {
    const live = create(deployment({ replicas: 2 }), 'kubectl-scale');
    const error = (() => {
      try {
        return apply(live, deployment({ replicas: 3, containers: [{ name: 'c', image: 'c:2' }] }), 'me');
      } catch (caught) {
        return caught;
      }
    })() as StatusError;
    expect(error).toBeInstanceOf(StatusError);
    expect(error.status).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(error.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "kubectl-scale" using apps/v1 at 2026-01-01T00:00:00Z:\n- .spec.replicas\n- .spec.template.spec.containers[name="c"].image',
    );
    expect(error.status.details?.causes).toEqual([
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl-scale" using apps/v1 at 2026-01-01T00:00:00Z',
        field: '.spec.replicas',
      },
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl-scale" using apps/v1 at 2026-01-01T00:00:00Z',
        field: '.spec.template.spec.containers[name="c"].image',
      },
    ]);
  });

  it('takes fields over by force', () => {
    const live = create(deployment({ replicas: 2 }), 'other');
    const next = apply(live, deployment({ replicas: 3 }), 'me', true);
    expect(specOf(next)).toMatchObject({ replicas: 3 });
    expect(JSON.stringify(owners(next)['other'])).not.toContain('f:replicas');
  });

  it('shares a field when both want the same value, and keeps it until nobody wants it', () => {
    const first = apply(undefined, deployment({ replicas: 2 }), 'a');
    const shared = apply(first, deployment({ replicas: 2 }), 'b');
    const left = apply(shared, deployment({}), 'a');
    expect(specOf(left)).toMatchObject({ replicas: 2 });
    expect(specOf(apply(left, deployment({}), 'b'))).not.toHaveProperty('replicas');
  });

  it('removes what it no longer sets: fields, labels, list items with all that was defaulted in them', () => {
    const config = deployment({
      replicas: 1,
      labels: { app: 'web', old: 'x' },
      containers: [{ name: 'c' }, { name: 'd' }],
    });
    const made = apply(undefined, config, 'me');
    const defaulted = update(
      made,
      {
        ...made,
        spec: {
          replicas: 1,
          template: { spec: { containers: [{ name: 'c' }, { name: 'd', imagePullPolicy: 'Always' }] } },
        },
      } as never,
      'me',
    );
    const unowned = { ...defaulted, metadata: { ...defaulted.metadata, managedFields: made.metadata.managedFields } };
    const next = apply(unowned, deployment({ labels: { app: 'web' }, containers: [{ name: 'c' }] }), 'me');
    expect(next.metadata.labels).toEqual({ app: 'web' });
    expect(specOf(next)).toEqual({ template: { spec: { containers: [{ name: 'c' }] } } });
  });

  it('keeps what others own inside an item that it gives up', () => {
    const made = apply(
      undefined,
      deployment({
        containers: [
          { name: 'c', image: 'c:1' },
          { name: 'd', image: 'd:1' },
        ],
      }),
      'me',
    );
    const both = apply(made, deployment({ containers: [{ name: 'd', command: ['x'] }] }), 'other');
    const next = apply(both, deployment({ containers: [{ name: 'c', image: 'c:1' }] }), 'me');
    expect(specOf(next)).toEqual({
      template: {
        spec: {
          containers: [
            { name: 'c', image: 'c:1' },
            { name: 'd', command: ['x'] },
          ],
        },
      },
    });
  });

  it('tells items of a keyed list apart by defaulted keys', () => {
    const ports = (protocol?: string) =>
      deployment({ containers: [{ name: 'c', ports: [{ containerPort: 80, ...(protocol && { protocol }) }] }] });
    const live = create(ports('TCP'), 'kubectl');
    const next = apply(live, ports(), 'me');
    expect(specOf(next)).toEqual(specOf(live));
  });

  it('treats atomic values as one', () => {
    const selector = (app: string) => deployment({ more: { selector: { matchLabels: { app } } } });
    const made = apply(undefined, selector('a'), 'me');
    expect(specOf(apply(made, selector('b'), 'me'))).toMatchObject({ selector: { matchLabels: { app: 'b' } } });
    expect(owners(made)['me']).toMatchObject({ 'f:spec': { 'f:selector': {} } });
  });

  it('gives objects from before fields had owners to before-first-apply', () => {
    const live = deployment({ replicas: 2 });
    expect(() => apply(live, deployment({ replicas: 3 }), 'me')).toThrow('conflict with "before-first-apply"');
    expect(Object.keys(owners(apply(live, deployment({ replicas: 2 }), 'me')))).toEqual(['me', 'before-first-apply']);
  });

  it('keeps the name, uid and revision that the server gave', () => {
    const live = { ...apply(undefined, deployment({ replicas: 1 }), 'me') };
    const stored = {
      ...live,
      metadata: { ...live.metadata, uid: 'u', resourceVersion: '7', creationTimestamp: 'then' },
    };
    expect(apply(stored, deployment({ replicas: 2 }), 'me').metadata).toMatchObject({
      uid: 'u',
      resourceVersion: '7',
      creationTimestamp: 'then',
    });
  });
});

describe('apply, whatever is applied by whom', () => {
  const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'));
  const containers = fc
    .uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 })
    .chain((names) =>
      fc.tuple(...names.map((name) => fc.record({ name: fc.constant(name), image: fc.constantFrom('i:1', 'i:2') }))),
    );
  const step = fc.record({ manager: fc.constantFrom('m', 'n'), labels, containers });

  it('holds: forced configurations are true afterwards, and nobody owns what is not there', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        let live: KubeObject | undefined;
        for (const { manager, labels: wanted, containers: list } of steps) {
          const config = deployment({ labels: wanted, containers: list });
          live = apply(live, config, manager, true);
          expect(live.metadata.labels ?? {}).toMatchObject(wanted);
          const { template } = specOf(live) as unknown as { template: { spec: { containers: { name: string }[] } } };
          const made = template.spec.containers;
          for (const container of list) expect(made).toContainEqual(container);
          expect(new Set(made.map(({ name }) => name)).size).toBe(made.length);
          expect(apply(live, config, manager)).toEqual(live);
        }
      }),
    );
  });
});
