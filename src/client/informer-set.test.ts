import { describe, expect, it } from 'vitest';
import { configMaps } from '#api/core/v1/config-map.ts';
import type { ApiHandler } from '#apimachinery/request.ts';
import { failure } from '#apimachinery/status.ts';
import { type TestServer, testServer } from '#apiserver/testing.ts';
import { silentLogger } from '#base/log.ts';
import { eventually } from '#base/wait.ts';
import { createClient } from './in-process-client.ts';
import { createInformerSet } from './informer-set.ts';

const admin = { user: { name: 'admin', groups: ['system:masters'] }, userAgent: 'test' };
const map = (name: string, labels?: Record<string, string>) => ({
  metadata: { name, namespace: 'default', ...(labels && { labels }) },
});

/** A server whose next watches fail as told; counts what is asked. */
async function world() {
  const server: TestServer = await testServer();
  const asked = { list: 0, watch: 0 };
  const refusals: Error[] = [];
  const handler: ApiHandler = async (request) => {
    if (request.verb === 'list') asked.list += 1;
    if (request.verb === 'watch') {
      asked.watch += 1;
      const refusal = refusals.shift();
      if (refusal) throw refusal;
    }
    return await server.server.handler(request);
  };
  const informers = createInformerSet({ client: createClient(handler, admin), clock: server.clock, log: silentLogger });
  return {
    client: createClient(server.server.handler, admin),
    informers,
    clock: server.clock,
    asked,
    refusals,
    async [Symbol.asyncDispose]() {
      await informers[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('an informer on a real server', () => {
  it('knows what is there and what changes, and tells latecomers', async () => {
    await using cluster = await world();
    const { client, informers } = cluster;
    await client.create(configMaps, map('a'));
    const informer = informers.for(configMaps);
    await informers.synced();
    expect(informer.get('default/a')?.metadata.name).toBe('a');
    const changes: string[] = [];
    const stop = informer.onChange((change) => {
      const previous = change.type === 'set' && change.previous ? ' again' : '';
      changes.push(`${change.type} ${change.object.metadata.name}${previous}`);
    });
    const b = await client.create(configMaps, map('b'));
    await eventually(() => informer.get('default/b'));
    await client.update(configMaps, { ...b, data: { k: 'v' } });
    await client.delete(configMaps, { namespace: 'default', name: 'a' });
    await eventually(() => !informer.get('default/a'));
    expect(changes).toEqual(['set a', 'set b', 'set b again', 'remove a']);
    stop();
    await client.delete(configMaps, { namespace: 'default', name: 'b' });
    await eventually(() => !informer.get('default/b'));
    expect(changes).toHaveLength(4);
  });

  it('is one for all who ask, and keeps indices whenever they are added', async () => {
    await using cluster = await world();
    const { client, informers } = cluster;
    await client.create(configMaps, map('a', { team: 'x' }));
    const informer = informers.for(configMaps);
    expect(informers.for(configMaps)).toBe(informer);
    await informers.synced();
    informer.addIndex('team', ({ metadata }) => (metadata.labels?.['team'] ? [metadata.labels['team']] : []));
    await client.create(configMaps, map('b', { team: 'x' }));
    await eventually(() => informer.byIndex('team', 'x').length === 2);
    expect(informer.byIndex('team', 'y')).toEqual([]);
    expect(() => informer.byIndex('none', 'x')).toThrow('there is no index none');
  });

  it('lists anew after 410 Gone and takes in what it missed, without ever being empty', async () => {
    await using cluster = await world();
    const { client, informers, asked, refusals, clock } = cluster;
    await client.create(configMaps, map('kept'));
    const gone = await client.create(configMaps, map('gone'));
    refusals.push(failure({ code: 410, reason: 'Expired', message: 'too old resource version: 1 (2)' }));
    const informer = informers.for(configMaps);
    await informers.synced();
    expect(informer.list('default')).toHaveLength(2);
    const sizes: number[] = [];
    informer.onChange(() => sizes.push(informer.list('default').length));
    await client.delete(configMaps, { namespace: 'default', name: gone.metadata.name });
    await client.create(configMaps, map('new'));
    await eventually(async () => {
      await clock.advance(500);
      return informer.get('default/new') && !informer.get('default/gone');
    });
    expect(asked.list).toBe(2);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
  });

  it('watches on from where it was after any other failure', async () => {
    await using cluster = await world();
    const { client, informers, asked, refusals, clock } = cluster;
    refusals.push(new Error('connection reset'));
    const informer = informers.for(configMaps);
    await informers.synced();
    await client.create(configMaps, map('a'));
    await eventually(async () => {
      await clock.advance(500);
      return informer.get('default/a');
    });
    expect(asked).toEqual({ list: 1, watch: 2 });
  });

  it('survives a callback that throws', async () => {
    await using cluster = await world();
    const { client, informers } = cluster;
    const informer = informers.for(configMaps);
    await informers.synced();
    informer.onChange(() => {
      throw new Error('bug');
    });
    await client.create(configMaps, map('a'));
    await client.create(configMaps, map('b'));
    await eventually(() => informer.get('default/b'));
    expect(informer.list('default')).toHaveLength(2);
  });
});
