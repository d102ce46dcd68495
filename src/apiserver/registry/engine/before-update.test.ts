import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMaps } from '#api/core/v1/config-map.ts';
import { clusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { roles } from '#api/rbac/v1/role.ts';
import type { ConfigMap } from '#gen/core/v1.ts';
import type { ClusterRole } from '#gen/rbac/v1.ts';
import { type TestServer, testServer } from '../../testing.ts';

let test: TestServer;
beforeEach(async () => {
  test = await testServer();
});
afterEach(() => test[Symbol.asyncDispose]());

const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];

describe('a name on update', () => {
  it('stands, whatever names of the kind may look like', async () => {
    const name = 'system:x';
    const made = await test.object<ClusterRole>({
      verb: 'create',
      resource: clusterRoles,
      body: { metadata: { name }, rules },
    });
    const body = { ...made, rules: [] };
    const updated = await test.object<ClusterRole>({ verb: 'update', resource: clusterRoles, name, body });
    expect(updated.rules ?? []).toEqual([]);
    const patch = { patchType: 'application/merge-patch+json', patch: { metadata: { labels: { a: 'b' } } } };
    const patched = await test.object({ verb: 'patch', resource: clusterRoles, name, body: patch });
    expect(patched.metadata.labels).toEqual({ a: 'b' });
  });

  it('is a DNS subdomain where the kind has no rule of its own, and a path segment where it says so', async () => {
    const create = (resource: typeof roles | typeof configMaps, name: string) =>
      test.send({ verb: 'create', resource, body: { metadata: { name } } });
    await expect(create(configMaps, 'system:x')).rejects.toMatchObject({ status: { code: 422, reason: 'Invalid' } });
    await expect(create(roles, 'system:x')).resolves.toMatchObject({ code: 201 });
    await expect(create(roles, 'a%b')).rejects.toMatchObject({
      status: {
        message: `Role.rbac.authorization.k8s.io "a%b" is invalid: metadata.name: Invalid value: "a%b": may not contain '%'`,
      },
    });
  });
});

describe('the version on update', () => {
  const create = () =>
    test.object<ConfigMap>({
      verb: 'create',
      resource: configMaps,
      body: { metadata: { name: 'one' }, data: { a: '1' } },
    });

  it('must be the current one where it is given', async () => {
    const made = await create();
    await test.send({ verb: 'update', resource: configMaps, name: 'one', body: { ...made, data: { a: '2' } } });
    await expect(
      test.send({ verb: 'update', resource: configMaps, name: 'one', body: { ...made, data: { a: '3' } } }),
    ).rejects.toMatchObject({
      status: {
        code: 409,
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again',
      },
    });
  });

  it('may be left out', async () => {
    const { metadata, ...rest } = await create();
    const { resourceVersion: _, ...unversioned } = metadata;
    const body = { ...rest, metadata: unversioned, data: { a: '3' } };
    const after = await test.object<ConfigMap>({ verb: 'update', resource: configMaps, name: 'one', body });
    expect(after.data).toEqual({ a: '3' });
  });

  it('does not move when nothing changes', async () => {
    const made = await create();
    const after = await test.object({ verb: 'update', resource: configMaps, name: 'one', body: structuredClone(made) });
    expect(after.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  });
});

describe('system fields on update', () => {
  it.each(['uid', 'name'] as const)('refuse another %s', async (field) => {
    const body = { metadata: { name: 'one' } };
    const made = await test.object({ verb: 'create', resource: configMaps, body });
    const changed = { ...made, metadata: { ...made.metadata, [field]: 'other' } };
    await expect(test.send({ verb: 'update', resource: configMaps, name: 'one', body: changed })).rejects.toMatchObject(
      { status: { code: field === 'uid' ? 409 : 400 } },
    );
  });
});
