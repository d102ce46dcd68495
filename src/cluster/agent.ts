/** The node's side: kubelet, service proxy, DNS and the relay to the API server, inside the node's network namespace. */
import { readFile } from 'node:fs/promises';
import { systemClock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { kubernetesVersion } from '#base/version.ts';
import { createEventRecorder } from '#client/event-recorder-correlated.ts';
import { createHttpsClient } from '#client/https-client.ts';
import { createInformerSet } from '#client/informer-set.ts';
import { startDns } from '#dns/dns.ts';
import { systemCgroups } from '#kubelet/cgroups.ts';
import { startKubelet } from '#kubelet/kubelet.ts';
import { containerdRuntime } from '#kubelet/runtimes/containerd/containerd.ts';
import { startRelay } from '#node-host/relay.ts';
import { nftablesBackend } from '#proxy/backends/nftables/nftables.ts';
import { startProxy } from '#proxy/proxy.ts';
import type { AgentConfig, CertificateFiles } from './agent-config.ts';
import { openNodeDoor } from './node-door.ts';
import { throughResolver } from './resolver.ts';

const clock = systemClock;
const CGROUPS = '/sys/fs/cgroup';

/** Runs until disposed; the pods run on. */
export async function startAgent(config: AgentConfig, log: Logger): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const ca = await readFile(config.caFile, 'utf8');
  const clientOf = async (files: CertificateFiles, userAgent: string) => {
    const [cert, key] = await Promise.all([readFile(files.cert, 'utf8'), readFile(files.key, 'utf8')]);
    const { server, serverSocket: socketPath } = config;
    return stack.use(createHttpsClient({ server, ca, cert, key, socketPath, userAgent }));
  };
  stack.use(await openNodeDoor({ path: config.doorSocket, log }));
  stack.use(
    await startRelay({
      listen: { host: config.nodeIP, port: config.apiPort },
      target: { path: config.serverSocket },
      log,
    }),
  );
  const parts = [startNodeProxy, startNodeDns, startNodeKubelet];
  const started = await Promise.all(parts.map((start) => start({ config, ca, clientOf, stack, log })));
  for (const part of started) stack.use(part);
  const owned = stack.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Parts {
  readonly config: AgentConfig;
  readonly ca: string;
  readonly clientOf: (files: CertificateFiles, userAgent: string) => Promise<ReturnType<typeof createHttpsClient>>;
  readonly stack: AsyncDisposableStack;
  readonly log: Logger;
}

async function startNodeKubelet({ config, ca, clientOf, stack, log: parent }: Parts): Promise<AsyncDisposable> {
  const log = parent.child({ component: 'kubelet' });
  const client = await clientOf(config.kubelet, 'kubelet');
  const { nodeName, cgroupRoot } = config;
  const base = `${cgroupRoot}/kubepods`;
  const [cert, key, resolvConf] = await Promise.all([
    readFile(config.kubeletServing.cert, 'utf8'),
    readFile(config.kubeletServing.key, 'utf8'),
    readFile('/etc/resolv.conf', 'utf8').catch(() => ''),
  ]);
  return startKubelet({
    client,
    informers: stack.use(createInformerSet({ client, clock, log })),
    runtime: stack.use(containerdRuntime({ socket: config.containerdSocket, log })),
    nodeName,
    nodeIPs: [config.nodeIP],
    rootDir: config.rootDir,
    clock,
    log,
    events: createEventRecorder({ client, clock, log, component: 'kubelet', host: nodeName }),
    cgroups: await systemCgroups({ root: CGROUPS, base }),
    cgroupBase: base,
    clusterDNS: [config.dnsAddress],
    clusterDomain: config.clusterDomain,
    resolvConf,
    serving: {
      address: config.nodeIP,
      port: KUBELET_PORT,
      socketPath: config.kubeletSocket,
      tls: { key, cert, clientCA: ca },
    },
    nodeLabels: config.nodeLabels,
    kubeletVersion: kubernetesVersion,
  });
}

const KUBELET_PORT = 10_250;

async function startNodeProxy({ config, clientOf, stack, log: parent }: Parts): Promise<AsyncDisposable> {
  const log = parent.child({ component: 'proxy' });
  const client = await clientOf(config.proxy, 'kube-proxy');
  return startProxy({
    informers: stack.use(createInformerSet({ client, clock, log })),
    nodeName: config.nodeName,
    backend: nftablesBackend({ clusterCIDR: config.clusterCIDR, log }),
    log,
    clock,
  });
}

async function startNodeDns({ config, clientOf, stack, log: parent }: Parts): Promise<AsyncDisposable> {
  const log = parent.child({ component: 'dns' });
  const client = await clientOf(config.dns, 'coredns');
  return startDns({
    informers: stack.use(createInformerSet({ client, clock, log })),
    clusterDomain: config.clusterDomain,
    listen: [{ address: config.nodeIP, port: 53 }],
    exchange: throughResolver(config.resolverSocket),
    log,
    clock,
  });
}
