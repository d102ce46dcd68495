/** The server's process: store, control plane, HTTPS, and the nodes of this machine. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { startLocalPathCleaner } from '#controllers/volume-binder/local-path-cleaner.ts';
import { controllerUser } from '#reconciler/controller-user.ts';
import { sqliteDriver } from '#storage/drivers/sqlite/sqlite.ts';
import { type ClusterConfig, serviceAddress } from './config.ts';
import { startControlPlane } from './control-plane.ts';
import { publishDnsEndpoints } from './dns-endpoints.ts';
import type { ClusterFolders } from './folders.ts';
import { identities } from './identities.ts';
import { API_PORT, type LocalNodes, localAddresses, startLocalNodes } from './local-nodes.ts';
import { throughNodeDoor } from './node-door.ts';
import { nodeNames } from './node-images.ts';
import { offerNodePorts } from './node-ports.ts';
import { csrSigner } from './pki/csr-signer.ts';
import { writeKubeconfig } from './pki/kubeconfig.ts';
import { ensurePki } from './pki/pki.ts';
import { serveResolver } from './resolver.ts';
import { serve } from './serve.ts';
import { startSimulatedNodes } from './simulated-nodes.ts';

export interface ServerOptions {
  readonly config: ClusterConfig;
  readonly dataDir: string;
  readonly folders: ClusterFolders;
  readonly program: readonly [string, ...string[]];
  readonly log: Logger;
}

const clock = systemClock;

export interface RunningServer {
  /** Ends everything, the containers too; the data stays. */
  stop(): Promise<void>;
}

/** Resolves once the API is ready and the nodes are being started. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, folders, log } = options;
  await using stack = new AsyncDisposableStack();
  await mkdir(folders.run, { recursive: true, mode: 0o711 });
  await mkdir(folders.root, { recursive: true, mode: 0o700 });
  const addresses = await localAddresses(config);
  const [pki, driver] = await Promise.all([
    ensurePki({ dir: folders.pki, hosts: [config.host, ...addresses, clusterIP(config)], clock }),
    sqliteDriver({ file: folders.store }),
  ]);
  stack.use(driver);
  stack.use(pki);
  const admin = await pki.clientCert('admin', { cn: identities.admin.name, orgs: ['system:masters'] });
  await writeKubeconfig(folders.kubeconfig, {
    clusterName: config.name,
    server: `https://${config.host}:${config.port}`,
    caPem: pki.caPem,
    userName: `${config.name}-admin`,
    credentials: { certPem: admin.certPem, keyPem: admin.keyPem },
  });
  const controlPlane = stack.use(
    await startControlPlane({
      driver,
      config,
      clock,
      log,
      signingKeyPem: pki.serviceAccountKeyPem,
      rootCaPem: pki.caPem,
      signer: csrSigner(pki),
      addresses: addresses.map((ip) => ({ ip, port: API_PORT })),
      volumesDir: folders.volumes,
      cleansVolumes: config.nodes > 0,
    }),
  );
  let nodes: LocalNodes | undefined;
  const present = () => {
    if (!nodes) throw new Error('the nodes are still starting');
    return nodes;
  };
  // A killed server leaves its socket behind; the store is ours by now, so nobody listens on it.
  await rm(folders.serverSocket, { force: true });
  const listener = stack.use(
    await serve({
      controlPlane,
      tls: tlsOf(pki),
      listen: [{ host: config.host, port: config.port }, { path: folders.serverSocket }],
      dialKubelet: async (node) => present().dialKubelet(node),
      dialCluster: async ({ nodeName, host, port }) => throughNodeDoor(present().doorOf(nodeName), { host, port }),
      clusterDomain: config.clusterDomain,
      clock,
      log,
    }),
  );
  pki.onServingRenewed(() => listener.setTls(tlsOf(pki)));
  log.info('API is ready', { server: `https://${config.host}:${config.port}` });

  const { informers } = controlPlane;
  if (config.simulatedNodes > 0)
    stack.use(await startSimulatedNodes({ controlPlane, config, folder: join(folders.root, 'nodes'), clock, log }));
  if (config.nodes > 0) {
    const resolverSocket = join(folders.run, 'resolver.sock');
    stack.use(await serveResolver({ path: resolverSocket, log }));
    nodes = await withRetries(() => startLocalNodes({ ...options, pki, informers, resolverSocket }), log);
    stack.use(
      publishDnsEndpoints({
        client: controlPlane.clientAs(controllerUser('endpointslice-controller')),
        informers,
        log,
      }),
    );
    const dial = (port: number) => throughNodeDoor(present().doorOf(), { host: addresses[0] ?? '', port });
    stack.use(offerNodePorts({ informers, host: config.host, dial, log }));
    stack.use(startCleaner(options, controlPlane));
  }
  const owned = stack.move();
  return {
    async stop() {
      await nodes?.stop();
      await owned.disposeAsync();
    },
  };
}

const ATTEMPTS = 3;

/** A node may fail to start on what an earlier run is just giving up: a moment later it does. */
async function withRetries<T>(work: () => Promise<T>, log: Logger): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      log.warn('nodes did not start and are tried again', { attempt, err: error });
      await systemClock.sleep(1_000 * attempt);
    }
  }
}

const clusterIP = ({ serviceCIDR }: ClusterConfig) => serviceAddress(serviceCIDR, 1);

const tlsOf = ({ serving, caPem }: Awaited<ReturnType<typeof ensurePki>>) => ({
  key: serving.keyPem,
  cert: serving.certPem,
  ca: caPem,
});

function startCleaner({ config, log }: ServerOptions, controlPlane: Awaited<ReturnType<typeof startControlPlane>>) {
  const here = new Set(nodeNames(config));
  return startLocalPathCleaner({
    client: controlPlane.clientAs(controllerUser('persistent-volume-binder')),
    informers: controlPlane.informers,
    log,
    isHere: (nodeName: string) => here.has(nodeName),
  });
}
