import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMaps } from '#api/core/v1/config-map.ts';
import { isAlreadyExists, isConflict, isNotFound } from '#apimachinery/status.ts';
import { testServer as httpServer } from '#apiserver/http/testing/test-server.ts';
import { type TestServer, testServer } from '#apiserver/testing.ts';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import { eventually } from '#base/wait.ts';
import type { Client } from './client.ts';
import { createHttpsClient } from './https-client.ts';
import { createInformerSet } from './informer-set.ts';

const named = (name: string, data: Record<string, string> = {}) => ({ metadata: { name, namespace: 'default' }, data });
const key = (name: string) => ({ namespace: 'default', name });

describe.each(['TCP', 'a unix socket'])('HTTPS client over %s', (transport) => {
  let store: TestServer;
  let http: Awaited<ReturnType<typeof httpServer>>;
  let client: Client & AsyncDisposable;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'timonel-client-'));
    const path = join(folder, 'api.sock');
    store = await testServer();
    http = await httpServer(
      store.server.handler,
      transport === 'TCP' ? {} : { listen: [{ host: '127.0.0.1', port: 0 }, { path }] },
    );
    const { certPem: cert, keyPem } = http.credentials;
    client = createHttpsClient({
      server: http.url,
      ca: http.pki.caPem,
      cert,
      key: keyPem,
      userAgent: 'test',
      ...(transport !== 'TCP' && { socketPath: path }),
    });
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await http[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('creates, gets, lists, patches, updates and deletes', async () => {
    const created = await client.create(configMaps, named('one', { a: '1' }));
    expect(created).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } });
    expect(Object.isFrozen(created.data)).toBe(true);
    const patched = await client.patch(configMaps, key('one'), {
      patchType: 'application/merge-patch+json',
      patch: { data: { b: '2' } },
    });
    expect(patched.data).toEqual({ a: '1', b: '2' });
    await expect(client.update(configMaps, created)).rejects.toSatisfy(isConflict);
    const updated = await client.update(configMaps, { ...patched, data: { c: '3' } });
    expect(await client.get(configMaps, key('one'))).toEqual(updated);
    const listed = await client.list(configMaps, { namespace: 'default', fieldSelector: 'metadata.name=one' });
    expect(listed.items).toEqual([updated]);
    await client.delete(configMaps, key('one'), { preconditions: { uid: updated.metadata.uid } });
    await expect(client.get(configMaps, key('one'))).rejects.toSatisfy(isNotFound);
  });

  it("throws the server's own Status", async () => {
    await client.create(configMaps, named('twice'));
    const refused = client.create(configMaps, named('twice'));
    await expect(refused).rejects.toSatisfy(isAlreadyExists);
    await expect(refused).rejects.toThrow('configmaps "twice" already exists');
  });

  it('streams a watch until it is aborted', async () => {
    const stop = new AbortController();
    const { resourceVersion } = await client.list(configMaps);
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { type, object } of client.watch(configMaps, { resourceVersion, signal: stop.signal }))
        seen.push(`${type} ${object.metadata.name}`);
    })().catch(() => undefined);
    await client.create(configMaps, named('seen'));
    await client.delete(configMaps, key('seen'));
    await eventually(() => seen.length >= 2);
    stop.abort();
    await watching;
    expect(seen).toEqual(['ADDED seen', 'DELETED seen']);
  });

  it('keeps an informer current', async () => {
    await using informers = createInformerSet({ client, clock: systemClock, log: silentLogger });
    const informer = informers.for(configMaps);
    await informers.synced();
    const written = await client.create(configMaps, named(`informed`));
    await informers.caughtUpWith(
      { resource: configMaps as never, object: written, verb: 'write' },
      AbortSignal.timeout(5000),
    );
    expect(informer.get('default/informed')).toEqual(written);
    await client.delete(configMaps, key('informed'));
    await eventually(() => informer.get('default/informed') === undefined);
  });
});
