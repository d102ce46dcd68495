import { describe, expect, it } from 'vitest';
import { services } from '#api/core/v1/service.ts';
import { isInvalid } from '#apimachinery/status.ts';
import type { Service } from '#gen/core/v1.ts';
import { type TestServer, testServer } from '../../../testing.ts';

const body = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});

const create = (host: TestServer, name: string, spec: object) =>
  host.object<Service>({ verb: 'create', resource: services, body: body(name, spec) });

const update = (host: TestServer, next: Service, dryRun = false) =>
  host.object<Service>({
    verb: 'update',
    resource: services,
    name: next.metadata.name,
    body: next,
    options: { dryRun },
  });

const onPort = (nodePort: number) => ({ type: 'NodePort', ports: [{ port: 80, nodePort }] });

/** The same service as a plain one, without its node port. */
function plain(service: Service): Service {
  const next = structuredClone(service);
  next.spec.type = 'ClusterIP';
  for (const port of next.spec.ports ?? []) delete port.nodePort;
  delete next.spec.externalTrafficPolicy;
  return next;
}

describe('what a service holds', () => {
  it('is free for others once an update gave it up', async () => {
    await using host = await testServer();
    const first = await create(host, 'a', onPort(30_080));
    await expect(create(host, 'b', onPort(30_080))).rejects.toThrow('provided port is already allocated');
    const next = await update(host, plain(first));
    expect(next.spec.ports?.[0]?.nodePort).toBeUndefined();
    expect((await create(host, 'b', onPort(30_080))).spec.ports?.[0]?.nodePort).toBe(30_080);
  });

  it('stays held when the update that gives it up is a dry run, or loses against another', async () => {
    await using host = await testServer();
    const first = await create(host, 'a', onPort(30_080));
    await update(host, plain(first), true);
    const stale = plain(first);
    stale.metadata.resourceVersion = '999';
    await expect(update(host, stale)).rejects.toThrow('the object has been modified');
    await expect(create(host, 'b', onPort(30_080))).rejects.toSatisfy(isInvalid);
  });

  it('is given back when the create was a dry run or the service goes', async () => {
    await using host = await testServer();
    const wanted = body('a', { clusterIP: '10.96.0.77', ...onPort(30_080) });
    await host.send({ verb: 'create', resource: services, body: wanted, options: { dryRun: true } });
    await host.send({ verb: 'create', resource: services, body: wanted });
    await host.send({ verb: 'delete', resource: services, name: 'a' });
    const again = await create(host, 'b', { clusterIP: '10.96.0.77', ...onPort(30_080) });
    expect(again.spec.clusterIP).toBe('10.96.0.77');
  });

  it('is kept by updates that do not mention it', async () => {
    await using host = await testServer();
    const first = await create(host, 'a', onPort(30_080));
    const next = structuredClone(first);
    next.spec = { type: 'NodePort', ports: [{ port: 80, name: 'http' }] };
    const stored = await update(host, next);
    expect(stored.spec.clusterIP).toBe(first.spec.clusterIP);
    expect(stored.spec.ports?.[0]?.nodePort).toBe(30_080);
  });

  it('includes its address no more when its name is elsewhere', async () => {
    await using host = await testServer();
    const first = await create(host, 'a', { clusterIP: '10.96.0.77' });
    const next = structuredClone(first);
    next.spec = { type: 'ExternalName', externalName: 'db.example.com' };
    expect((await update(host, next)).spec.clusterIP).toBeUndefined();
    expect((await create(host, 'b', { clusterIP: '10.96.0.77' })).spec.clusterIP).toBe('10.96.0.77');
  });
});
