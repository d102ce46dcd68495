import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { nodes } from '#api/core/v1/node.ts';
import type { Logger } from '#base/log.ts';
import { silentLogger } from '#base/log.ts';
import type { InformerSet } from '#client/informer.ts';
import type { Node } from '#gen/core/v1.ts';
import { buildPauseImage, PAUSE_IMAGE } from '#images/pause-image.ts';
import { containerdRuntime } from '#kubelet/runtimes/containerd/containerd.ts';
import { type LocalNode, startLocalNode } from '#node-host/local-node.ts';
import { ensureLocalNetwork, type NodeNetwork } from '#node-host/network.ts';
import { type PodRoute, syncPodRoutes } from '#node-host/pod-routes.ts';
import { writeAgentConfig } from './agent-config.ts';
import { startAgentProcess } from './agent-process.ts';
import { type ClusterConfig, serviceAddress } from './config.ts';
import { type ClusterFolders, clusterId } from './folders.ts';
import { identities } from './identities.ts';
import { nodeNames } from './node-images.ts';
import type { Pki } from './pki/pki.ts';

export interface LocalNodesOptions {
  readonly config: ClusterConfig;
  readonly dataDir: string;
  readonly folders: ClusterFolders;
  readonly pki: Pki;
  readonly informers: InformerSet;
  readonly resolverSocket: string;
  /** Program and arguments that start this program again. */
  readonly program: readonly [string, ...string[]];
  readonly log: Logger;
}

/** The nodes on this machine, each a namespace with its containerd and its agent. */
export interface LocalNodes extends AsyncDisposable {
  /** A connection to the kubelet of a node. */
  dialKubelet(nodeName: string): Promise<Duplex>;
  /** The unix socket through which a node's network is reached; of any node where none is named. */
  doorOf(nodeName?: string): string;
  /** Ends containers and containerd too. Disposing only lets go: pods run on. */
  stop(): Promise<void>;
}

/** Where pods find the API server on their node. */
export const API_PORT = 6443;

/** The addresses that the nodes will have, known before they start. */
export async function localAddresses(config: ClusterConfig): Promise<readonly string[]> {
  return nodeNames(config).map((_, index) => serviceAddress(config.nodeCIDR, 11 + index));
}

interface Started {
  readonly name: string;
  readonly network: NodeNetwork;
  readonly node: LocalNode;
  readonly agent: AsyncDisposable;
}

/** Starts or adopts the nodes; resolves when their agents have been started. */
export async function startLocalNodes(options: LocalNodesOptions): Promise<LocalNodes> {
  const { config, dataDir, folders, informers, log } = options;
  const network = await ensureLocalNetwork({
    cluster: clusterId(dataDir, config.name),
    nodeCIDR: config.nodeCIDR,
    clusterCIDR: config.clusterCIDR,
    serviceCIDR: config.serviceCIDR,
    uplink: config.uplink,
  });
  const started = await Promise.all(
    nodeNames(config).map(async (name, index) => startNode(name, await network.addNode(index + 1), options)),
  );
  const byName = new Map(started.map((one) => [one.name, one]));
  const informer = informers.for(nodes);
  const sync = () =>
    void syncPodNetworks(started, informer.list()).catch((error: unknown) => {
      log.warn('pod networks are not in place', { err: error });
    });
  const unsubscribe = informer.onChange((change) => {
    const before = change.type === 'set' ? change.previous?.spec.podCIDR : undefined;
    if (change.type === 'remove' || change.object.spec.podCIDR !== before) sync();
  });
  const dispose = async () => {
    unsubscribe();
    await Promise.all(started.map(({ agent }) => agent[Symbol.asyncDispose]()));
  };
  return {
    dialKubelet: (name) =>
      new Promise((resolve, reject) => {
        if (!byName.has(name)) return reject(new Error(`no node "${name}" is on this machine`));
        // No TLS between two processes of one user on one machine: only that user may open the socket.
        const socket = connect(folders.node(name).kubeletSocket);
        socket.once('connect', () => resolve(socket));
        socket.once('error', reject);
      }),
    doorOf: (name) => doorSocket(folders, byName.has(name ?? '') ? (name ?? '') : (started[0]?.name ?? '')),
    async stop() {
      await dispose();
      await Promise.all(started.map(({ node }) => node.stop()));
      await network.remove();
    },
    async [Symbol.asyncDispose]() {
      await dispose();
      await Promise.all(started.map(({ node }) => node[Symbol.asyncDispose]()));
    },
  };
}

const doorSocket = (folders: ClusterFolders, node: string) => join(folders.node(node).run, 'door.sock');

async function startNode(name: string, network: NodeNetwork, options: LocalNodesOptions): Promise<Started> {
  const { config, dataDir, folders, pki, log } = options;
  const own = folders.node(name);
  await mkdir(own.data, { recursive: true });
  await mkdir(own.run, { recursive: true });
  const node = await startLocalNode({
    id: `${clusterId(dataDir, config.name)}-${name}`,
    namespace: network.namespace,
    dataFolder: own.data,
    runFolder: own.run,
    log: log.child({ node: name }),
  });
  await Promise.all([ensurePauseImage(node.containerdSocket, own.data), writeCertificates(pki, name, network.address)]);
  const files = (file: string) => ({ cert: join(folders.pki, `${file}.crt`), key: join(folders.pki, `${file}.key`) });
  await writeAgentConfig(own.agentConfig, {
    nodeName: name,
    nodeIP: network.address,
    server: `https://${config.host}:${config.port}`,
    serverSocket: folders.serverSocket,
    caFile: join(folders.pki, 'ca.crt'),
    kubelet: files(`node-${name}-client`),
    kubeletServing: files(`node-${name}-serving`),
    proxy: files('kube-proxy'),
    dns: files('coredns'),
    containerdSocket: node.containerdSocket,
    cgroupRoot: node.cgroupRoot,
    rootDir: own.kubelet,
    kubeletSocket: own.kubeletSocket,
    doorSocket: doorSocket(folders, name),
    resolverSocket: options.resolverSocket,
    clusterCIDR: config.clusterCIDR,
    clusterDomain: config.clusterDomain,
    dnsAddress: serviceAddress(config.serviceCIDR, 10),
    apiPort: API_PORT,
    nodeLabels: {},
  });
  const agent = await startAgentProcess({
    name,
    namespace: network.namespace,
    command: [...options.program, 'agent', '--config', own.agentConfig],
    pidFile: own.agentPid,
    logFile: own.agentLog,
    log,
  });
  return { name, network, node, agent };
}

async function writeCertificates(pki: Pki, name: string, address: string): Promise<void> {
  await Promise.all([
    pki.kubeletClientCert(name),
    pki.kubeletServingCert(name, [address, name]),
    pki.clientCert('kube-proxy', { cn: identities.proxy.name }),
    pki.clientCert('coredns', { cn: identities.dns.name, orgs: identities.dns.groups }),
  ]);
}

async function ensurePauseImage(socket: string, folder: string): Promise<void> {
  await using runtime = containerdRuntime({ socket, log: silentLogger });
  if (await runtime.images.status(PAUSE_IMAGE)) return;
  const file = join(folder, 'pause.tar');
  await buildPauseImage(file);
  await runtime.images.importArchive(file);
}

/** Each node's own pod range, and its ways to those of the others. */
async function syncPodNetworks(started: readonly Started[], known: readonly Node[]): Promise<void> {
  const ranges = new Map(known.map(({ metadata, spec }) => [metadata.name, spec.podCIDR ?? '']));
  for (const { name, node, network } of started) {
    const own = ranges.get(name);
    if (own) await node.setPodCIDR(own);
    const routes = started
      .filter((other) => other.name !== name && ranges.get(other.name))
      .map((other): PodRoute => ({ podCIDR: ranges.get(other.name) ?? '', via: other.network.address }));
    await syncPodRoutes(network.namespace, routes);
  }
}
