import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyboxImage, type RealCluster, startRealCluster } from '../support/real-cluster.ts';
import { root, whyNoNodes } from '../support/tools.ts';

const obstacle = whyNoNodes();
const chart = join(root, 'test/e2e/charts/web');

describe.skipIf(obstacle)(`helm${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await startRealCluster({ images: [await busyboxImage()] });
  }, 120_000);
  afterAll(() => cluster[Symbol.asyncDispose](), 60_000);

  const page = () => cluster.kubectl('get configmap shop-page -o jsonpath={.data.index\\.html}');
  const hookLog = (hook: string) => cluster.kubectl(`logs job/shop-${hook}`);

  it('installs a chart and waits for its hooks and pods', async () => {
    const out = await cluster.helm(['install', 'shop', chart, '--wait', '--timeout', '60s']);
    expect(out).toContain('STATUS: deployed');
    expect(await hookLog('pre-install')).toBe('pre-install of hello\n');
    expect(await hookLog('post-install')).toBe('post-install of hello\n');
    expect(await cluster.kubectl('get deployment shop -o jsonpath={.status.availableReplicas}')).toBe('1');
  }, 90_000);

  it("runs the chart's test, which asks the Service by its name", async () => {
    expect(await cluster.helm('test shop --timeout 60s')).toMatch(/Phase:\s+Succeeded/);
  }, 90_000);

  it('upgrades', async () => {
    await cluster.helm([
      'upgrade',
      'shop',
      chart,
      '--set',
      'greeting=goodbye,replicas=2',
      '--wait',
      '--timeout',
      '60s',
    ]);
    expect(await page()).toBe('goodbye');
    expect(await hookLog('pre-upgrade')).toBe('pre-upgrade of goodbye\n');
    expect(await cluster.kubectl('get deployment shop -o jsonpath={.status.availableReplicas}')).toBe('2');
  }, 90_000);

  it('rolls back, and keeps a history', async () => {
    await cluster.helm('rollback shop 1 --wait --timeout 60s');
    expect(await page()).toBe('hello');
    const history = JSON.parse(await cluster.helm('history shop -o json')) as { revision: number; status: string }[];
    expect(history.map(({ revision, status }) => `${revision} ${status}`)).toEqual([
      '1 superseded',
      '2 superseded',
      '3 deployed',
    ]);
  }, 90_000);

  it('uninstalls all that it made', async () => {
    await cluster.helm('uninstall shop --wait --timeout 60s');
    expect(await cluster.kubectl('get deployment,service,configmap,pod -l app=shop -o name')).toBe('');
    expect(await cluster.kubectl('get configmap shop-page --ignore-not-found')).toBe('');
  }, 90_000);
});
