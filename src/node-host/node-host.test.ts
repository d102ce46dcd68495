import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '#base/log.ts';
import { eventually } from '#base/wait.ts';
import { buildBusyboxImage } from '#images/busybox-image.ts';
import { containerdRuntime } from '../kubelet/runtimes/containerd/containerd.ts';
import type { ContainerConfig, SandboxConfig, SecurityContext } from '../kubelet/runtimes/runtime.ts';
import { addressIn, sizeOf } from './address.ts';
import { command, commandIn } from './command.ts';
import { cniConfig, containerdConfig, mirrorConfig } from './containerd-config.ts';
import { startLocalNode } from './local-node.ts';
import { listNamespaces } from './namespace.ts';
import { ensureLocalNetwork, removeLocalNetwork } from './network.ts';
import { syncPodRoutes } from './pod-routes.ts';
import { identify, isAlive, readPidFile, writePidFile } from './process-identity.ts';
import { startTestNode, type TestNode, whyNoRealNodes } from './test-node.ts';

describe('addressIn', () => {
  it.each([
    ['172.30.0.0/24', 11, '172.30.0.11'],
    ['10.0.255.0/16', 256, '10.0.1.0'],
    ['192.168.0.0/16', 65534, '192.168.255.254'],
  ])('%s and %i give %s', (cidr, offset, address) => expect(addressIn(cidr, offset)).toBe(address));
  it('knows the size of a range', () => expect(sizeOf('10.0.0.0/24')).toBe(256));
});

describe('configuration files', () => {
  const paths = { root: '/d/root', state: '/r/state', socket: '/r/c.sock', cniConfig: '/r/cni', registries: '/d/reg' };
  it('tells containerd everything that a node of its own needs', () => {
    const features = {
      sandboxImage: 'localhost/pause:1',
      snapshotter: 'native',
      restrictOomScoreAdj: true,
      hasAppArmor: false,
      cniPlugins: '/usr/lib/cni',
    } as const;
    const text = containerdConfig(paths, features);
    expect(text).toContain('root = "/d/root"\nstate = "/r/state"');
    expect(text).toContain('restrict_oom_score_adj = true');
    expect(text).toContain('snapshotter = "native"');
    expect(text).toContain('sandbox_image = "localhost/pause:1"');
  });
  it('gives each node its own addresses', () => {
    expect(JSON.parse(cniConfig('10.244.3.0/24', '/d/ipam'))).toMatchObject({
      plugins: [
        { type: 'ptp', ipam: { dataDir: '/d/ipam', ranges: [[{ subnet: '10.244.3.0/24' }]] } },
        { type: 'portmap' },
      ],
    });
  });
  it('sends a registry to its mirror alone', () => {
    expect(mirrorConfig({ host: '_default', url: 'http://10.0.0.1:5000' })).toMatch(
      /^server = "http:\/\/10.0.0.1:5000"\n/,
    );
  });
});

describe('process identity', () => {
  it('is not fooled by a pid that is used again', async () => {
    const own = await identify(process.pid);
    expect(own && (await isAlive(own))).toBe(true);
    expect(await isAlive({ pid: process.pid, startTicks: '1' })).toBe(false);
    expect(await identify(2 ** 22 + 1)).toBeUndefined();
  });
  it('reads back from a file only what still lives', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'timonel-pid-'));
    await writePidFile(join(folder, 'pid'), { pid: process.pid, startTicks: '1' });
    expect(await readPidFile(join(folder, 'pid'))).toBeUndefined();
    expect(await readPidFile(join(folder, 'absent'))).toBeUndefined();
    await rm(folder, { recursive: true });
  });
});

const reason = await whyNoRealNodes();
if (reason !== undefined) it.skip(`nodes on this machine are not tested: ${reason}`, () => {});

const security: SecurityContext = {
  privileged: false,
  supplementalGroups: [],
  readonlyRootfs: false,
  noNewPrivs: false,
  addCapabilities: [],
  dropCapabilities: [],
  seccomp: { type: 'RuntimeDefault' },
};
const namespaces = { network: 'POD', pid: 'CONTAINER', ipc: 'POD' } as const;

/** One pod with one container on a test node. */
async function runPod(node: TestNode, uid: string, options: Partial<ContainerConfig> = {}) {
  const runtime = containerdRuntime({ socket: node.host.containerdSocket, log: silentLogger });
  const archive = join(node.folder, 'busybox.tar');
  await buildBusyboxImage(archive);
  await runtime.images.importArchive(archive);
  const config: SandboxConfig = {
    pod: { uid, namespace: 'default', name: uid },
    attempt: 0,
    hostname: uid,
    logDirectory: join(node.folder, 'logs', uid),
    portMappings: [],
    labels: {},
    annotations: {},
    cgroupParent: `${node.host.cgroupRoot}/kubepods/pod${uid}`,
    namespaces,
    sysctls: {},
    security,
  };
  const sandboxId = await runtime.sandboxes.run(config);
  const container: ContainerConfig = {
    name: 'main',
    attempt: 0,
    image: 'busybox',
    command: ['sleep', '1000'],
    args: [],
    workingDir: '',
    envs: [],
    mounts: [],
    devices: [],
    labels: {},
    annotations: {},
    logPath: 'main/0.log',
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: {},
    security,
    namespaces,
    ...options,
  };
  const containerId = await runtime.containers.create(sandboxId, container, config);
  await runtime.containers.start(containerId);
  const address = (await runtime.sandboxes.status(sandboxId))?.ips[0] ?? '';
  return { runtime, sandboxId, containerId, address };
}

describe.skipIf(reason !== undefined)('a node on this machine', () => {
  it('leaves nothing behind, although pods run when it is stopped', async () => {
    const node = await startTestNode();
    const { runtime } = await runPod(node, 'pod-left');
    await runtime[Symbol.asyncDispose]();
    const { cluster, folder, host } = node;
    await node[Symbol.asyncDispose]();
    expect(await listNamespaces(`timonel-${cluster}`)).toEqual([]);
    expect(existsSync(`/run/timonel/${cluster}-n1`)).toBe(false);
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(cluster);
    expect(await command('ps', ['-eo', 'args'])).not.toContain(`/${cluster}-n1/`);
    const groups = await command('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-name', host.cgroupRoot.slice(1)]);
    expect(groups).toBe('');
    expect(existsSync(folder)).toBe(false);
  });

  it('is adopted with its pods by the next process, and repaired when containerd was killed', async () => {
    await using node = await startTestNode();
    const { runtime, containerId } = await runPod(node, 'pod-kept');
    const options = {
      id: `${node.cluster}-n1`,
      namespace: node.wire.namespace,
      dataFolder: node.folder,
      mirrors: [{ host: '_default', url: 'http://127.0.0.1:9' }],
      log: silentLogger,
    };
    const pidFile = `/run/timonel/${options.id}/containerd.pid`;
    const before = await readPidFile(pidFile);
    await node.host[Symbol.asyncDispose]();
    const again = await startLocalNode(options);
    expect(await readPidFile(pidFile)).toEqual(before);
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await eventually(async () => {
      const now = await readPidFile(pidFile);
      return now !== undefined && now.pid !== before?.pid;
    });
    const status = await eventually(() => runtime.containers.status(containerId));
    expect(status.state).toBe('running');
    await runtime[Symbol.asyncDispose]();
    await again[Symbol.asyncDispose]();
  });

  it('reaches ports of its pods, and streams with a running container', async () => {
    await using node = await startTestNode();
    const script =
      'mkdir -p /www; echo hello > /www/index.html; httpd -f -p 8080 -h /www & while read line; do echo "got $line"; done';
    const pod = await runPod(node, 'pod-web', { command: ['sh', '-c', script], stdin: true });
    const fetched = await eventually(() =>
      commandIn(node.wire.namespace, 'curl', ['-s', '--max-time', '3', `http://${pod.address}:8080/`]),
    );
    expect(fetched).toBe('hello\n');
    const program = new URL('../kubelet/runtimes/containerd/test-streams.ts', import.meta.url).pathname;
    const reader = ['sh', '-c', 'while read line; do echo "got $line"; done; echo end'];
    const once = await runPod(node, 'pod-once', { command: reader, stdin: true, stdinOnce: true });
    const ids = [node.host.containerdSocket, pod.sandboxId, pod.containerId, '8080', '9999', once.containerId];
    const seen = JSON.parse(await commandIn(node.wire.namespace, process.execPath, [program, ...ids])) as object;
    expect(seen).toMatchObject({
      forwarded: expect.stringMatching(/^HTTP\/1\.[01] 200 OK\r\n[^]*hello\n$/),
      refused: expect.stringMatching(/refused/),
      seen: 'got ping\n',
      later: 'got pong\n',
      atEnd: 'got last\nend\n',
    });
    await pod.runtime[Symbol.asyncDispose]();
    await once.runtime[Symbol.asyncDispose]();
  });

  it('tells that a container ran out of memory', async () => {
    await using node = await startTestNode();
    const eat = ['sh', '-c', 'x=a; while true; do x=$x$x; done'];
    const { runtime, containerId } = await runPod(node, 'pod-oom', {
      command: eat,
      resources: { memoryLimitBytes: 16 << 20 },
    });
    const status = await eventually(async () => {
      const now = await runtime.containers.status(containerId);
      return now?.state === 'exited' && now;
    });
    expect(status).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    await runtime[Symbol.asyncDispose]();
  });

  it('joins nodes by a switch, with routes to their pods and no way out', async () => {
    const cluster = `net${process.pid}`;
    const network = await ensureLocalNetwork({ cluster, nodeCIDR: '172.30.77.0/24' });
    try {
      const [one, two] = [await network.addNode(1), await network.addNode(2)];
      expect([one.address, two.address]).toEqual(['172.30.77.11', '172.30.77.12']);
      const ping = (from: string, to: string) => commandIn(from, 'busybox', ['ping', '-c', '1', '-W', '1', to]);
      await ping(one.namespace, two.address);
      const routes = async () => command('ip', ['-n', one.namespace, 'route', 'show', 'proto', '144']);
      await syncPodRoutes(one.namespace, [{ podCIDR: '10.244.2.0/24', via: two.address }]);
      expect(await routes()).toContain('10.244.2.0/24 via 172.30.77.12');
      await syncPodRoutes(one.namespace, [{ podCIDR: '10.244.3.0/24', via: two.address }]);
      expect(await routes()).not.toContain('10.244.2.0/24');
      await expect(ping(one.namespace, '198.51.100.1')).rejects.toThrow(/ping/);
      await network.setLink(2, 'down');
      await expect(ping(one.namespace, two.address)).rejects.toThrow(/ping/);
      await network.setLink(2, 'up');
      await eventually(() => ping(one.namespace, two.address));
      const again = await ensureLocalNetwork({ cluster, nodeCIDR: '172.30.77.0/24' });
      expect(await again.addNode(1)).toEqual(one);
    } finally {
      await removeLocalNetwork(cluster);
    }
    expect(await listNamespaces(`timonel-${cluster}`)).toEqual([]);
  });
});
