import { PassThrough, Writable } from 'node:stream';
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  Log,
  makeInformer,
  type V1ConfigMap,
  Watch,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { busyboxImage, type RealCluster, startRealCluster } from '../support/real-cluster.ts';
import { whyNoNodes } from '../support/tools.ts';

const obstacle = whyNoNodes();
const namespace = 'default';
const image = 'timonel.local/busybox:1';

describe.skipIf(obstacle)(`@kubernetes/client-node${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  let cluster: RealCluster;
  let config: KubeConfig;
  let core: CoreV1Api;
  beforeAll(async () => {
    cluster = await startRealCluster({ images: [await busyboxImage()] });
    config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    core = config.makeApiClient(CoreV1Api);
  }, 120_000);
  afterAll(() => cluster[Symbol.asyncDispose](), 60_000);

  const configMap = (name: string, data: Record<string, string> = {}): V1ConfigMap => ({
    metadata: { name, labels: { test: 'client' } },
    data,
  });

  it('creates, reads, replaces, lists and deletes typed objects', async () => {
    const made = await core.createNamespacedConfigMap({ namespace, body: configMap('crud', { a: '1' }) });
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
    const body = { ...made, data: { a: '2' } };
    const replaced = await core.replaceNamespacedConfigMap({ namespace, name: 'crud', body });
    expect(replaced.metadata?.resourceVersion).not.toBe(made.metadata?.resourceVersion);
    const stale = core.replaceNamespacedConfigMap({ namespace, name: 'crud', body });
    await expect(stale).rejects.toMatchObject({ code: 409 });
    const { items } = await core.listNamespacedConfigMap({ namespace, labelSelector: 'test=client' });
    expect(items.map(({ data }) => data)).toEqual([{ a: '2' }]);
    await core.deleteNamespacedConfigMap({ namespace, name: 'crud' });
    const gone = core.readNamespacedConfigMap({ namespace, name: 'crud' });
    await expect(gone).rejects.toBeInstanceOf(ApiException);
    await expect(gone).rejects.toMatchObject({ code: 404 });
  });

  it('runs an informer that sees what is added, updated and deleted', async () => {
    const seen: string[] = [];
    const list = () => core.listNamespacedConfigMap({ namespace, labelSelector: 'test=client' });
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const informer = makeInformer(config, path, list, 'test=client');
    informer.on('add', ({ metadata }) => void seen.push(`add ${metadata?.name}`));
    informer.on('update', ({ data }) => void seen.push(`update ${data?.['a']}`));
    informer.on('delete', ({ metadata }) => void seen.push(`delete ${metadata?.name}`));
    await informer.start();
    try {
      const made = await core.createNamespacedConfigMap({ namespace, body: configMap('watched') });
      await core.replaceNamespacedConfigMap({ namespace, name: 'watched', body: { ...made, data: { a: '2' } } });
      await core.deleteNamespacedConfigMap({ namespace, name: 'watched' });
      await eventually(() => seen.length >= 3, { timeoutMs: 10_000 });
      expect(seen).toEqual(['add watched', 'update 2', 'delete watched']);
    } finally {
      await informer.stop();
    }
  });

  it('resumes a watch after the version it knows', async () => {
    const first = await core.createNamespacedConfigMap({ namespace, body: configMap('first') });
    await core.createNamespacedConfigMap({ namespace, body: configMap('second') });
    const seen: string[] = [];
    const controller = await new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/configmaps`,
      { resourceVersion: first.metadata?.resourceVersion, labelSelector: 'test=client' },
      (phase: string, object: V1ConfigMap) => void seen.push(`${phase} ${object.metadata?.name}`),
      () => {},
    );
    try {
      await eventually(() => seen.length > 0, { timeoutMs: 10_000 });
      expect(seen).toEqual(['ADDED second']);
    } finally {
      controller.abort();
    }
  });

  it('reads and scales a deployment', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const labels = { app: 'none' };
    await apps.createNamespacedDeployment({
      namespace,
      body: {
        metadata: { name: 'none' },
        spec: {
          replicas: 0,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
        },
      },
    });
    const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'none' });
    expect(scale.spec?.replicas ?? 0).toBe(0);
    await apps.deleteNamespacedDeployment({ namespace, name: 'none' });
  });

  it('streams the log of a pod, and runs a command in it', async () => {
    const command = ['sh', '-c', 'echo started; exec sleep 600'];
    const spec = { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image, command }] };
    await core.createNamespacedPod({ namespace, body: { metadata: { name: 'talk' }, spec } });
    const phase = async () => (await core.readNamespacedPod({ namespace, name: 'talk' })).status?.phase;
    await eventually(async () => (await phase()) === 'Running', { timeoutMs: 30_000 });

    const log = new PassThrough();
    let text = '';
    log.on('data', (chunk: Buffer) => (text += chunk.toString()));
    let isOver = false;
    log.on('end', () => (isOver = true));
    await new Log(config).log(namespace, 'talk', 'main', log, { follow: true });
    await eventually(() => text === 'started\n', { timeoutMs: 10_000 });

    const [out, err] = [new Collected(), new Collected()];
    const input = new PassThrough();
    const status = await new Promise<{ status?: string; message?: string }>((resolve, reject) => {
      const script = 'read word; echo "got $word"; echo oops >&2; exit 3';
      new Exec(config)
        .exec(namespace, 'talk', 'main', ['sh', '-c', script], out, err, input, false, resolve)
        .catch(reject);
      input.write('hello\n');
    });
    expect(out.text).toBe('got hello\n');
    expect(err.text).toBe('oops\n');
    expect(status).toMatchObject({
      status: 'Failure',
      message: 'command terminated with non-zero exit code: exit status 3',
    });

    await core.deleteNamespacedPod({ namespace, name: 'talk' });
    await eventually(() => isOver, { timeoutMs: 10_000 }); // a followed log ends with its container
  }, 60_000);
});

class Collected extends Writable {
  text = '';
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
