import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { services } from '#api/core/v1/service.ts';
import { endpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { keyOf } from '#apimachinery/object.ts';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import { eventually } from '#base/wait.ts';
import type { Informer, InformerChange, InformerSet } from '#client/informer.ts';
import type { Service } from '#gen/core/v1.ts';
import type { EndpointSlice } from '#gen/discovery/v1.ts';
import { startProxy } from './proxy.ts';
import type { Frontend, ProxyBackend } from './state.ts';

/** An informer that the test fills by hand. */
function handInformer<T extends KubeObject>(resource: Informer<T>['resource']) {
  const objects = new Map<string, T>();
  const callbacks = new Set<(change: InformerChange<T>) => void>();
  const indexes = new Map<string, (object: T) => readonly string[]>();
  const informer: Informer<T> = {
    resource,
    hasSynced: true,
    get: (key) => objects.get(key),
    list: () => [...objects.values()],
    byIndex: (index, value) => [...objects.values()].filter((object) => indexes.get(index)?.(object).includes(value)),
    addIndex: (name, valuesOf) => void indexes.set(name, valuesOf),
    onChange(callback) {
      callbacks.add(callback);
      for (const object of objects.values()) callback({ type: 'set', object, previous: undefined });
      return () => callbacks.delete(callback);
    },
  };
  return {
    informer,
    set(object: T) {
      const previous = objects.get(keyOf(object));
      objects.set(keyOf(object), object);
      for (const callback of callbacks) callback({ type: 'set', object, previous });
    },
    remove(object: T) {
      objects.delete(keyOf(object));
      for (const callback of callbacks) callback({ type: 'remove', object });
    },
  };
}

/** A backend that holds what it was told, and fails or loses it when the test says so. */
function memoryBackend() {
  const world = { frontends: new Map<string, Frontend>() as ReadonlyMap<string, Frontend>, syncs: 0, failures: 0 };
  const backend: ProxyBackend = {
    name: 'memory',
    async sync({ frontends }) {
      world.syncs++;
      if (world.failures-- > 0) throw new Error('the kernel said no');
      world.frontends = frontends;
    },
    isIntact: async () => true,
    cleanup: async () => {},
    async [Symbol.asyncDispose]() {},
  };
  return { world, backend };
}

const meta = (name: string, labels: Record<string, string> = {}) => ({
  name,
  namespace: 'default',
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels,
});
const web = (name: string, more: Partial<Service['spec']> = {}): Service => ({
  status: {},
  metadata: meta(name),
  spec: { clusterIP: `10.96.0.${name.length}`, ports: [{ port: 80, protocol: 'TCP' }], ...more },
});
const sliceOf = (service: string, ...addresses: string[]): EndpointSlice => ({
  metadata: meta(`${service}-1`, { 'kubernetes.io/service-name': service }),
  addressType: 'IPv4',
  endpoints: addresses.map((address) => ({ addresses: [address], nodeName: 'n1', conditions: { ready: true } })),
  ports: [{ port: 8080, protocol: 'TCP' }],
});

describe('startProxy', () => {
  let hand: {
    services: ReturnType<typeof handInformer<Service>>;
    slices: ReturnType<typeof handInformer<EndpointSlice>>;
  };
  let kernel: ReturnType<typeof memoryBackend>;
  let proxy: AsyncDisposable | undefined;

  beforeEach(() => {
    hand = { services: handInformer(services), slices: handInformer(endpointSlices) };
    kernel = memoryBackend();
  });
  afterEach(async () => {
    await proxy?.[Symbol.asyncDispose]();
    proxy = undefined;
  });

  const start = async () => {
    const byPlural: Record<string, unknown> = {
      services: hand.services.informer,
      endpointslices: hand.slices.informer,
    };
    const informers: InformerSet = {
      for: <T extends KubeObject>(resource: Informer<T>['resource']) => byPlural[resource.plural] as Informer<T>,
      synced: async () => {},
      async [Symbol.asyncDispose]() {},
    };
    proxy = await startProxy({
      informers,
      nodeName: 'n1',
      backend: kernel.backend,
      log: silentLogger,
      clock: systemClock,
    });
  };
  const endpointsOf = (id: string) => kernel.world.frontends.get(id)?.endpoints.map(({ address }) => address);

  it('has put in all there is when it resolves', async () => {
    hand.services.set(web('a'));
    hand.slices.set(sliceOf('a', '10.0.0.1'));
    await start();
    expect(endpointsOf('10.96.0.1/tcp/80')).toEqual(['10.0.0.1']);
  });

  it('follows endpoints and Services as they come and go', async () => {
    await start();
    hand.services.set(web('a'));
    await eventually(() => endpointsOf('10.96.0.1/tcp/80')?.length === 0);
    hand.slices.set(sliceOf('a', '10.0.0.1', '10.0.0.2'));
    await eventually(() => endpointsOf('10.96.0.1/tcp/80')?.length === 2);
    hand.slices.remove(sliceOf('a', '10.0.0.1', '10.0.0.2'));
    await eventually(() => endpointsOf('10.96.0.1/tcp/80')?.length === 0);
    hand.services.remove(web('a'));
    await eventually(() => kernel.world.frontends.size === 0);
  });

  it('leaves the frontends of other Services untouched', async () => {
    hand.services.set(web('a'));
    hand.services.set(web('bb'));
    await start();
    const before = kernel.world.frontends.get('10.96.0.2/tcp/80');
    hand.slices.set(sliceOf('a', '10.0.0.1'));
    await eventually(() => endpointsOf('10.96.0.1/tcp/80')?.length === 1);
    expect(kernel.world.frontends.get('10.96.0.2/tcp/80')).toBe(before);
  });

  it('hands a cluster address over when a new Service takes it', async () => {
    hand.services.set(web('a'));
    await start();
    hand.services.set(web('z'));
    hand.slices.set(sliceOf('z', '10.0.0.9'));
    hand.services.remove(web('a'));
    await eventually(() => endpointsOf('10.96.0.1/tcp/80')?.[0] === '10.0.0.9');
  });

  it('gathers a burst of changes into few transactions', async () => {
    await start();
    const before = kernel.world.syncs;
    for (let i = 1; i < 100; i++) hand.slices.set(sliceOf('a', `10.0.0.${i}`));
    hand.services.set(web('a'));
    await eventually(() => endpointsOf('10.96.0.1/tcp/80')?.[0] === '10.0.0.99');
    expect(kernel.world.syncs - before).toBeLessThanOrEqual(2);
  });

  it('tries again when the kernel refused', async () => {
    kernel.world.failures = 1;
    hand.services.set(web('a'));
    await start();
    expect(kernel.world.frontends.size).toBe(0);
    await eventually(() => kernel.world.frontends.size === 1);
  });

  it('answers health checks of load balancers with the number of local endpoints', async () => {
    const healthCheckNodePort = 20_000 + (process.pid % 10_000);
    hand.services.set(web('a', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort }));
    hand.slices.set(sliceOf('a', '10.0.0.1'));
    await start();
    const ask = () => fetch(`http://127.0.0.1:${healthCheckNodePort}/`);
    const good = await ask();
    expect([good.status, await good.json()]).toEqual([
      200,
      { service: { namespace: 'default', name: 'a' }, localEndpoints: 1, serviceProxyHealthy: true },
    ]);
    hand.slices.set(sliceOf('a'));
    expect((await ask()).status).toBe(503);
    hand.services.remove(web('a'));
    await eventually(() =>
      ask().then(
        () => false,
        () => true,
      ),
    );
  });
});
