import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leases } from '#api/coordination/v1/lease.ts';
import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { eventually } from '#base/wait.ts';
import { type TestNode, testNode } from '../../test/support/simulated-node.ts';

let node: TestNode;
beforeAll(async () => {
  node = await testNode();
});
afterAll(() => node?.[Symbol.asyncDispose]());

const phaseIs = (name: string, phase: string) =>
  eventually(async () => {
    const pod = await node.pod(name);
    if (pod.status.phase !== phase) throw new Error(JSON.stringify(pod.status));
    return pod;
  });

describe('a kubelet', () => {
  it('registers its node as ready, with a lease', async () => {
    const { status, metadata } = await node.client.get(nodes, { namespace: '', name: 'n1' });
    expect(status.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'True',
      reason: 'KubeletReady',
    });
    expect(metadata.labels?.['kubernetes.io/hostname']).toBe('n1');
    expect(status.addresses).toContainEqual({ type: 'InternalIP', address: '172.30.0.11' });
    const lease = await eventually(() => node.client.get(leases, { namespace: 'kube-node-lease', name: 'n1' }));
    expect(lease.spec.leaseDurationSeconds).toBe(40);
  });

  it('runs a pod and reports it ready', async () => {
    await node.run('web', {});
    const pod = await phaseIs('web', 'Running');
    expect(pod.status.podIP).toMatch(/^10\.244\.0\./);
    expect(pod.status.containerStatuses?.[0]).toMatchObject({ name: 'c', ready: true, started: true, restartCount: 0 });
    expect(
      pod.status.conditions
        ?.filter(({ status }) => status === 'True')
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['ContainersReady', 'Initialized', 'PodReadyToStartContainers', 'PodScheduled', 'Ready']);
    const told = node.events
      .filter(({ about }) => about === 'web')
      .map(({ reason, message }) => `${reason}: ${message}`);
    expect(told.slice(-2)).toEqual(['Created: Container created', 'Started: Container started']);
  });

  it('deletes a pod for good once its containers have stopped', async () => {
    await node.run('short', {});
    await phaseIs('short', 'Running');
    await node.client.delete(pods, { namespace: 'default', name: 'short' });
    await eventually(async () =>
      (await node.client.list(pods, { namespace: 'default' })).items.every(({ metadata }) => metadata.name !== 'short'),
    );
    expect((await node.runtime.sandboxes.list()).some(({ pod }) => pod.name === 'short')).toBe(false);
  });

  it('ends a job pod as Succeeded, or Failed by its exit code', async () => {
    const run = (name: string, code: string) =>
      node.run(
        name,
        { restartPolicy: 'Never' },
        { annotations: { 'simulated.timonel.io/run-time': '50ms', 'simulated.timonel.io/exit-code': code } },
      );
    await run('good', '0');
    await run('bad', '3');
    const good = await phaseIs('good', 'Succeeded');
    const bad = await phaseIs('bad', 'Failed');
    expect(good.status.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(bad.status.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(bad.status.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'PodFailed',
    });
  });

  it('backs off from a container that keeps failing', async () => {
    const pod = await node.run(
      'crash',
      {},
      { annotations: { 'simulated.timonel.io/run-time': '20ms', 'simulated.timonel.io/exit-code': '1' } },
    );
    const status = await eventually(async () => {
      const [container] = (await node.pod('crash')).status.containerStatuses ?? [];
      return container?.state?.waiting ? container : undefined;
    });
    await eventually(
      async () =>
        (await node.pod('crash')).status.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
    );
    const now = (await node.pod('crash')).status.containerStatuses?.[0];
    expect(status.name).toBe('c');
    expect(now?.state?.waiting?.message).toBe(
      `back-off 10s restarting failed container=c pod=crash_default(${pod.metadata.uid})`,
    );
    expect(now).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 1, reason: 'Error' } } });
  });

  it('runs init containers in order before the others', async () => {
    await node.run(
      'init',
      {
        initContainers: [
          { name: 'one', image: 'web:v1' },
          { name: 'side', image: 'web:v1', restartPolicy: 'Always' },
        ],
      },
      { annotations: { 'simulated.timonel.io/run-time.one': '20ms' } },
    );
    const pod = await phaseIs('init', 'Running');
    expect(pod.status.initContainerStatuses).toMatchObject([
      { name: 'one', ready: true, state: { terminated: { exitCode: 0 } } },
      { name: 'side', ready: true, started: true },
    ]);
  });

  it('says which config map a container waits for', async () => {
    await node.run('waiting', {
      containers: [{ name: 'c', image: 'web:v1', envFrom: [{ configMapRef: { name: 'absent' } }] }],
    });
    const waiting = await eventually(
      async () =>
        (await node.pod('waiting')).status.containerStatuses?.[0]?.state?.waiting?.reason ===
          'CreateContainerConfigError' && (await node.pod('waiting')).status.containerStatuses?.[0]?.state?.waiting,
    );
    expect(waiting.message).toBe('configmap "absent" not found');
  });

  it('fails a pod that does not fit, and takes one whose label came later', async () => {
    await node.run('big', { containers: [{ name: 'c', image: 'web:v1', resources: { requests: { cpu: '1000' } } }] });
    const big = await phaseIs('big', 'Failed');
    expect(big.status.reason).toBe('OutOfcpu');
    expect(big.status.message).toMatch(
      /^Pod was rejected: Node didn't have enough resource: cpu, requested: 1000000, used: \d+, capacity: \d+$/,
    );
    expect(big.status.containerStatuses).toBeUndefined();
    await node.client.patch(
      nodes,
      { namespace: '', name: 'n1' },
      { patchType: 'application/merge-patch+json', patch: { metadata: { labels: { disk: 'fast' } } } },
    );
    await node.run('picky', { nodeSelector: { disk: 'fast' } });
    await phaseIs('picky', 'Running');
    await node.run('elsewhere', { nodeSelector: { disk: 'slow' } });
    expect((await phaseIs('elsewhere', 'Failed')).status).toMatchObject({ reason: 'NodeAffinity' });
  });

  it('adopts running containers after a restart', async () => {
    const before = (await node.pod('web')).status.containerStatuses?.[0]?.containerID;
    await node.restart();
    await eventually(() => node.kubelet.pods().length > 0);
    const after = (await node.pod('web')).status.containerStatuses?.[0];
    expect(after).toMatchObject({ containerID: before, restartCount: 0 });
  });
});
