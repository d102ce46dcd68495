import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodes } from '#api/core/v1/node.ts';
import { testServer } from '#apiserver/testing.ts';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import { eventually } from '#base/wait.ts';
import { createClient } from '#client/in-process-client.ts';
import type { ContainerRuntime } from '../runtimes/runtime.ts';
import { simulatedRuntime } from '../runtimes/simulated/simulated.ts';
import { keepNode, registerNode } from './node-keeper.ts';
import type { NodeFacts } from './node-object.ts';

let rootDir: string;
const stack: AsyncDisposable[] = [];
beforeEach(async () => {
  rootDir = await mkdtemp(join(tmpdir(), 'kubelet-node-'));
});
afterEach(async () => {
  for (const each of stack.splice(0).reverse()) await each[Symbol.asyncDispose]();
  await rm(rootDir, { recursive: true, force: true });
});

async function setUp() {
  const api = await testServer();
  const simulated = simulatedRuntime({ podCIDR: '10.244.0.0/24', log: silentLogger });
  stack.push(api, simulated);
  const network = { isReady: false };
  const runtime: ContainerRuntime = {
    ...simulated,
    status: async () => [
      { type: 'RuntimeReady', status: true, reason: '', message: '' },
      { type: 'NetworkReady', status: network.isReady, reason: 'NetworkPluginNotReady', message: 'no config' },
    ],
  };
  const client = createClient(api.server.handler, {
    user: { name: 'system:node:n1', groups: ['system:nodes'] },
    userAgent: 'kubelet',
  });
  const facts: NodeFacts = {
    nodeName: 'n1',
    nodeIPs: ['172.30.0.11', '172.30.0.12'],
    port: 10250,
    maxPods: 110,
    rootDir,
    labels: {},
    taints: [],
    kubeletVersion: 'v1.36.0',
  };
  const stop = new AbortController();
  const deps = { client, clock: systemClock, log: silentLogger, runtime, signal: stop.signal };
  const node = () => client.get(nodes, { namespace: '', name: 'n1' });
  const readiness = async () => (await node()).status?.conditions?.find(({ type }) => type === 'Ready');
  return { client, facts, deps, network, stop, node, readiness };
}

it('says why a node is not ready, and that it is within a moment of its network', async () => {
  const { facts, deps, network, stop, readiness } = await setUp();
  await registerNode(facts, deps);
  expect(await readiness()).toMatchObject({
    status: 'False',
    reason: 'KubeletNotReady',
    message: 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:no config',
  });
  const kept = keepNode(facts, deps);
  network.isReady = true;
  await eventually(async () => (await readiness())?.status === 'True', { timeoutMs: 2000 });
  expect(await readiness()).toMatchObject({ reason: 'KubeletReady', message: 'kubelet is posting ready status' });
  stop.abort();
  await kept;
});

it('reports its status whoever else writes the node, and keeps both addresses', async () => {
  const { client, facts, deps, network, stop, node, readiness } = await setUp();
  network.isReady = true;
  const registered = await registerNode(facts, deps);
  await client.patch(
    nodes,
    { namespace: '', name: 'n1' },
    { patchType: 'application/merge-patch+json', patch: { metadata: { labels: { mine: 'yes' } } } },
  );
  expect((await registerNode(facts, deps)).metadata.uid).toBe(registered.metadata.uid);
  const kept = keepNode(facts, deps);
  await eventually(async () => (await readiness())?.status === 'True');
  const { status, metadata } = await node();
  expect(metadata.labels).toMatchObject({ mine: 'yes', 'kubernetes.io/hostname': 'n1' });
  expect(status?.addresses).toEqual([
    { type: 'InternalIP', address: '172.30.0.11' },
    { type: 'InternalIP', address: '172.30.0.12' },
    { type: 'Hostname', address: 'n1' },
  ]);
  stop.abort();
  await kept;
});
