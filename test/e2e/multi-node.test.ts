import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { busyboxImage, type RealCluster, startRealCluster } from '../support/real-cluster.ts';
import { whyNoNodes } from '../support/tools.ts';

const obstacle = whyNoNodes();
const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image: 'timonel.local/busybox:1', command: ['sleep', '600'] }],
      },
    },
  },
};

describe.skipIf(obstacle)(`two clusters, one of two nodes${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  let cluster: RealCluster;
  let other: RealCluster;
  beforeAll(async () => {
    const images = [await busyboxImage()];
    cluster = await startRealCluster({ nodes: 2, images });
    other = await startRealCluster();
  }, 180_000);
  afterAll(async () => {
    await other[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  }, 120_000);

  const nodesOfPods = async () => {
    const names = await cluster.kubectl('get pods -l app=web -o jsonpath={.items[*].spec.nodeName}');
    return new Set(names.split(' '));
  };
  const rollout = () => cluster.kubectl('rollout status deployment/web --timeout=40s');

  it('keeps clusters of different names apart', async () => {
    const names = async (of: RealCluster) => (await of.kubectl('get nodes -o name')).trim().split('\n');
    const [own, foreign] = [await names(cluster), await names(other)];
    expect([own.length, foreign.length]).toEqual([2, 1]);
    expect(own).not.toContain(foreign[0]);
  });

  it('spreads pods over both nodes', async () => {
    await cluster.kubectl('apply -f -', { input: JSON.stringify(web) });
    await rollout();
    expect((await nodesOfPods()).size).toBe(2);
  }, 60_000);

  it('moves the pods of a node that is drained, and uses it again afterwards', async () => {
    const [drained = '', rest = ''] = [...(await nodesOfPods())];
    await cluster.kubectl(`drain ${drained} --ignore-daemonsets --delete-emptydir-data --timeout=40s`);
    await rollout();
    await eventually(async () => !(await nodesOfPods()).has(drained), { timeoutMs: 20_000 });
    expect([...(await nodesOfPods())]).toEqual([rest]);
    await cluster.kubectl(`uncordon ${drained}`);
    await cluster.kubectl('rollout restart deployment/web');
    await rollout();
    await eventually(async () => (await nodesOfPods()).has(drained), { timeoutMs: 20_000 });
  }, 120_000);
});
