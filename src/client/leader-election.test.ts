import { describe, expect, it } from 'vitest';
import { leases } from '#api/coordination/v1/lease.ts';
import { namespaces } from '#api/core/v1/namespace.ts';
import { serviceUnavailable } from '#apimachinery/status.ts';
import { type TestServer, testServer } from '#apiserver/testing.ts';
import { silentLogger } from '#base/log.ts';
import { eventually } from '#base/wait.ts';
import { createClient } from './in-process-client.ts';
import { standForElection } from './leader-election.ts';

const at = { namespace: 'default', name: 'boss' };
const admin = { name: 'admin', groups: ['system:masters'] };

async function world() {
  const server = await testServer();
  const client = createClient(server.server.handler, { user: admin, userAgent: 'test' });
  await client.create(namespaces, { metadata: { name: 'default' }, spec: {} }).catch(() => undefined);
  return { server, client, lease: () => client.get(leases, at) };
}

/** A candidate whose way to the server can be cut. */
function candidate(server: TestServer, identity: string) {
  const told: string[] = [];
  const line = { isCut: false };
  const client = createClient(
    async (request) => {
      if (line.isCut) throw serviceUnavailable('the line is cut');
      return await server.server.handler(request);
    },
    { user: admin, userAgent: identity },
  );
  const elector = standForElection({
    client,
    clock: server.clock,
    log: silentLogger,
    ...at,
    identity,
    lead: (signal) => {
      told.push('leads');
      signal.addEventListener('abort', () => told.push('ends'), { once: true });
    },
  });
  return { elector, told, line };
}

describe('leader election', () => {
  it('lets the first lead, who renews its lease', async () => {
    const { server, lease } = await world();
    await using _ = server;
    await using one = candidate(server, 'one').elector;
    await eventually(() => one.isLeader);
    expect((await lease()).spec).toEqual({
      holderIdentity: 'one',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    });
    await server.clock.advance(2_000);
    await eventually(async () => (await lease()).spec.renewTime === '2026-01-01T00:00:02.000000Z');
    expect((await lease()).spec.acquireTime).toBe('2026-01-01T00:00:00.000000Z');
  });

  it('keeps the second waiting while the first renews', async () => {
    const { server } = await world();
    await using _ = server;
    const one = candidate(server, 'one');
    await using first = one.elector;
    await eventually(() => first.isLeader);
    const two = candidate(server, 'two');
    await using second = two.elector;
    for (let step = 0; step < 30; step += 1) await server.clock.advance(1_000);
    expect([first.isLeader, second.isLeader]).toEqual([true, false]);
    expect(second.leader).toBe('one');
    expect(two.told).toEqual([]);
  });

  it('hands over at once when the leader leaves', async () => {
    const { server, lease } = await world();
    await using _ = server;
    const one = candidate(server, 'one');
    await eventually(() => one.elector.isLeader);
    await using second = candidate(server, 'two').elector;
    await one.elector[Symbol.asyncDispose]();
    expect(one.told).toEqual(['leads', 'ends']);
    expect((await lease()).spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    await eventually(async () => {
      await server.clock.advance(500);
      return second.isLeader;
    });
    expect((await lease()).spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  it('never has two leaders: who cannot renew steps down before another may take over', async () => {
    const { server } = await world();
    await using _ = server;
    const one = candidate(server, 'one');
    await using first = one.elector;
    await eventually(() => first.isLeader);
    await using second = candidate(server, 'two').elector;
    await server.clock.advance(4_000);
    one.line.isCut = true;
    await eventually(async () => {
      await server.clock.advance(250);
      expect([first.isLeader, second.isLeader]).not.toEqual([true, true]);
      return second.isLeader;
    });
    expect(one.told).toEqual(['leads', 'ends']);
    one.line.isCut = false;
    await server.clock.advance(5_000);
    expect([first.isLeader, second.isLeader]).toEqual([false, true]);
  });
});
