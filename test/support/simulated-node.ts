import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namespaces } from '#api/core/v1/namespace.ts';
import { pods } from '#api/core/v1/pod.ts';
import { testServer } from '#apiserver/testing.ts';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import type { EventInput } from '#client/event-recorder.ts';
import { createClient } from '#client/in-process-client.ts';
import { createInformerSet } from '#client/informer-set.ts';
import type { Pod, PodSpec } from '#gen/core/v1.ts';
import { type Kubelet, startKubelet } from '#kubelet/kubelet.ts';
import type { ContainerRuntime } from '#kubelet/runtimes/runtime.ts';
import { simulatedRuntime } from '#kubelet/runtimes/simulated/simulated.ts';

export interface TestNode extends AsyncDisposable {
  readonly client: Client;
  readonly runtime: ContainerRuntime;
  readonly rootDir: string;
  readonly events: readonly (EventInput & { readonly about: string })[];
  readonly socketPath: string;
  readonly kubelet: Kubelet;
  /** Stops the kubelet and starts another one over the same runtime and folder. */
  restart(): Promise<void>;
  run(name: string, spec: Partial<PodSpec>, metadata?: Partial<Pod['metadata']>): Promise<Pod>;
  pod(name: string): Promise<Pod>;
}

/** A kubelet over the simulated runtime and a real API server in memory. For tests. */
export async function testNode(): Promise<TestNode> {
  const api = await testServer();
  const rootDir = await mkdtemp(join(tmpdir(), 'kubelet-'));
  const socketPath = join(rootDir, 'kubelet.sock');
  const client = createClient(api.server.handler, {
    user: { name: 'system:node:n1', groups: ['system:nodes'] },
    userAgent: 'kubelet',
  });
  const runtime = simulatedRuntime({ podCIDR: '10.244.0.0/24', log: silentLogger });
  const events: (EventInput & { about: string })[] = [];
  for (const name of ['default', 'kube-node-lease'])
    await client.create(namespaces, { metadata: { name }, spec: {} }).catch(() => {});
  let informers = createInformerSet({ client, clock: systemClock, log: silentLogger });
  const start = () =>
    startKubelet({
      client,
      informers,
      runtime,
      nodeName: 'n1',
      nodeIPs: ['172.30.0.11'],
      rootDir,
      clock: systemClock,
      log: silentLogger,
      events: { event: (about, event) => void events.push({ ...event, about: about.metadata.name }) },
      serving: { socketPath },
      resolvConf: 'nameserver 192.0.2.1\n',
    });
  let kubelet = await start();
  const stop = async () => {
    await kubelet[Symbol.asyncDispose]();
    await informers[Symbol.asyncDispose]();
  };
  return {
    client,
    runtime,
    rootDir,
    events,
    socketPath,
    get kubelet() {
      return kubelet;
    },
    async restart() {
      await stop();
      informers = createInformerSet({ client, clock: systemClock, log: silentLogger });
      kubelet = await start();
    },
    run: (name, spec, metadata = {}) =>
      client.create(pods, {
        metadata: { name, namespace: 'default', ...metadata },
        spec: {
          nodeName: 'n1',
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'c', image: 'web:v1' }],
          ...spec,
        },
      }),
    pod: (name) => client.get(pods, { namespace: 'default', name }),
    async [Symbol.asyncDispose]() {
      await stop();
      await runtime[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await rm(rootDir, { recursive: true, force: true });
    },
  };
}
