import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Frontend, ProxyBackend, ProxyState } from './state.ts';
import { type Peer, PORT, type ProxyWorld, proxyWorld } from './test-world.ts';

const VIP = '10.96.0.50';
const NODE = '192.168.77.1';

/** Every proxy backend moves packets so; the test makes real connections through a node of its own. */
export function backendContract(name: string, start: (world: ProxyWorld) => ProxyBackend): void {
  describe(`proxy backend contract: ${name}`, () => {
    let world: ProxyWorld;
    let backend: ProxyBackend;

    beforeAll(async () => {
      world = await proxyWorld();
      backend = start(world);
    });
    afterEach(() => backend.sync({ frontends: new Map() }));
    afterAll(async () => {
      await backend?.[Symbol.asyncDispose]();
      await world?.[Symbol.asyncDispose]();
    });

    const pod1 = () => ({ address: world.pod1.address, port: PORT });
    const pod2 = () => ({ address: world.pod2.address, port: PORT });
    const remote = () => ({ address: world.remotePod.address, port: PORT });
    const clusterIP = (more: Partial<Frontend> = {}): Frontend => ({
      id: `${VIP}/tcp/80`,
      service: 'default/web',
      address: VIP,
      protocol: 'tcp',
      port: 80,
      endpoints: [pod1(), pod2()],
      masquerade: 'not-pods',
      whenEmpty: 'reject',
      isClusterIP: true,
      ...more,
    });
    const nodePort = (more: Partial<Frontend> = {}): Frontend => ({
      ...clusterIP(),
      id: 'nodeport/tcp/30080',
      address: undefined,
      port: 30080,
      masquerade: 'all',
      isClusterIP: false,
      ...more,
    });
    const state = (...frontends: readonly Frontend[]): ProxyState => ({
      frontends: new Map(frontends.map((frontend) => [frontend.id, frontend])),
    });
    const dial = (peer: Peer, address = VIP, port = 80) => peer.dial('tcp', { address, port });
    const answers = async (times: number, one: () => Promise<string>) => {
      const seen = new Set<string>();
      for (let i = 0; i < times; i++) seen.add((await one()).split(' ')[0] ?? '');
      return [...seen].sort();
    };

    it.each(['client', 'node', 'remotePod'] as const)(
      'spreads connections of the %s over the endpoints',
      async (from) => {
        await backend.sync(state(clusterIP()));
        expect(await answers(30, () => dial(world[from]))).toEqual(['pod1', 'pod2']);
      },
    );

    it('keeps the source address of pods, and replaces that of others', async () => {
      await backend.sync(state(clusterIP({ endpoints: [pod1()] })));
      expect(await dial(world.remotePod)).toBe(`pod1 ${world.remotePod.address}`);
      expect(await dial(world.client)).toBe('pod1 10.244.1.1');
    });

    it('lets a pod reach itself through the Service', async () => {
      await backend.sync(state(clusterIP({ endpoints: [pod1()] })));
      expect(await dial(world.pod1)).toBe('pod1 10.244.1.1');
    });

    it.each([NODE, '10.244.1.1'])('serves a NodePort on every address of the node: %s', async (address) => {
      await backend.sync(state(nodePort()));
      expect(await answers(20, () => dial(world.client, address, 30080))).toEqual(['pod1', 'pod2']);
    });

    it('serves a NodePort on the loopback of the node', async () => {
      await backend.sync(state(nodePort()));
      expect(await answers(20, () => dial(world.node, '127.0.0.1', 30080))).toEqual(['pod1', 'pod2']);
    });

    it('serves external addresses, also to pods', async () => {
      const external = clusterIP({
        id: '203.0.113.7/tcp/80',
        address: '203.0.113.7',
        masquerade: 'all',
        isClusterIP: false,
      });
      await backend.sync(state(external));
      expect(await answers(20, () => dial(world.client, '203.0.113.7'))).toEqual(['pod1', 'pod2']);
      expect(await dial(world.remotePod, '203.0.113.7')).toMatch(/^pod/);
    });

    it('refuses connections where there is no endpoint', async () => {
      await backend.sync(state(clusterIP({ endpoints: [] }), nodePort({ endpoints: [] })));
      expect(await dial(world.client)).toBe('ECONNREFUSED');
      expect(await dial(world.node)).toBe('ECONNREFUSED');
      expect(await dial(world.client, NODE, 30080)).toBe('ECONNREFUSED');
    });

    it('refuses ports of a ClusterIP that no Service has', async () => {
      await backend.sync(state(clusterIP()));
      expect(await dial(world.client, VIP, 81)).toBe('ECONNREFUSED');
    });

    it('lets connections time out where policy Local leaves no endpoint', async () => {
      await backend.sync(state(clusterIP({ endpoints: [], whenEmpty: 'drop' })));
      expect(await dial(world.client)).toBe('timeout');
    });

    it('keeps strangers on local endpoints with their address, and lets the cluster use all', async () => {
      const local = {
        endpoints: [pod1(), remote()],
        outside: [pod1()],
        masquerade: 'not-pods',
        whenEmpty: 'drop',
      } as const;
      await backend.sync(state(nodePort(local)));
      expect(await answers(15, () => dial(world.client, NODE, 30080))).toEqual(['pod1']);
      expect(await dial(world.client, NODE, 30080)).toBe(`pod1 ${world.client.address}`);
      expect(await answers(25, () => dial(world.pod2, NODE, 30080))).toEqual(['pod1', 'remotePod']);
      expect(await answers(25, () => dial(world.node, '127.0.0.1', 30080))).toEqual(['pod1', 'remotePod']);
    });

    it('turns strangers away silently where no endpoint is local', async () => {
      await backend.sync(
        state(nodePort({ endpoints: [remote()], outside: [], masquerade: 'not-pods', whenEmpty: 'drop' })),
      );
      expect(await dial(world.client, NODE, 30080)).toBe('timeout');
      expect(await dial(world.pod1, NODE, 30080)).toBe(`remotePod ${world.pod1.address}`);
    });

    it('keeps a client with its endpoint, also while others come and go', async () => {
      await backend.sync(state(clusterIP({ affinitySeconds: 60, endpoints: [pod1(), pod2(), remote()] })));
      const [first = ''] = await answers(12, () => dial(world.client));
      expect(await answers(12, () => dial(world.client))).toEqual([first]);
      const all = [pod1(), pod2(), remote()];
      const mine = all.find(({ address }) => address === world[first as 'pod1'].address);
      const another = all.find((endpoint) => endpoint !== mine);
      const fewer = all.filter((endpoint) => endpoint !== another);
      await backend.sync(state(clusterIP({ affinitySeconds: 60, endpoints: fewer })));
      expect(await answers(12, () => dial(world.client))).toEqual([first]);
      await backend.sync(
        state(clusterIP({ affinitySeconds: 60, endpoints: all.filter((endpoint) => endpoint !== mine) })),
      );
      expect(await answers(12, () => dial(world.client))).toHaveLength(1);
      expect(await answers(3, () => dial(world.client))).not.toContain(first);
    });

    it('gives a NodePort affinity too', async () => {
      await backend.sync(state(nodePort({ affinitySeconds: 60 })));
      expect(await answers(12, () => dial(world.client, NODE, 30080))).toHaveLength(1);
    });

    it('lets only the allowed source ranges reach a load balancer address', async () => {
      const balanced = (sourceRanges: readonly string[]) =>
        clusterIP({
          id: '203.0.113.8/tcp/80',
          address: '203.0.113.8',
          masquerade: 'all',
          isClusterIP: false,
          sourceRanges,
        });
      await backend.sync(state(balanced(['198.51.100.0/24'])));
      expect(await dial(world.client, '203.0.113.8')).toBe('timeout');
      await backend.sync(state(balanced(['198.51.100.0/24', '192.168.77.0/24'])));
      expect(await dial(world.client, '203.0.113.8')).toMatch(/^pod/);
    });

    it('follows endpoints as they change, and stops at once with the Service', async () => {
      await backend.sync(state(clusterIP({ endpoints: [pod1()] })));
      expect(await answers(5, () => dial(world.client))).toEqual(['pod1']);
      await backend.sync(state(clusterIP({ endpoints: [pod2()] })));
      expect(await answers(5, () => dial(world.client))).toEqual(['pod2']);
      await backend.sync(state());
      expect(await dial(world.client)).not.toMatch(/^pod/);
    });

    it('moves a UDP client that keeps its port to the new endpoint', async () => {
      const udp = (endpoint: ReturnType<typeof pod1>) =>
        clusterIP({ id: `${VIP}/udp/53`, protocol: 'udp', port: 53, endpoints: [endpoint] });
      const ask = () => world.client.dial('udp', { address: VIP, port: 53, fromPort: 40_000 });
      await backend.sync(state(udp(pod1())));
      expect(await ask()).toMatch(/^pod1 /);
      await backend.sync(state(udp(pod2())));
      expect(await ask()).toMatch(/^pod2 /);
    });

    it('knows when its rules were flushed, and makes them again', async () => {
      const wanted = state(clusterIP());
      await backend.sync(wanted);
      expect(await backend.isIntact()).toBe(true);
      await backend.cleanup();
      expect(await backend.isIntact()).toBe(false);
      await backend.sync(wanted);
      expect(await dial(world.client)).toMatch(/^pod/);
    });

    it('takes over what an earlier process left', async () => {
      await backend.sync(state(clusterIP({ endpoints: [pod1()] })));
      const next = start(world);
      await next.sync(state(clusterIP({ endpoints: [pod2()] })));
      expect(await answers(5, () => dial(world.client))).toEqual(['pod2']);
      backend = next;
    });
  });
}
