import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserInfo } from '#apimachinery/request.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { type Logger, silentLogger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import type { AttemptLog } from '#scheduler/attempts.ts';
import type { StorageDriver } from '#storage/driver.ts';
import { memoryDriver } from '#storage/drivers/memory.ts';
import { defaultConfig } from './config.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { identities } from './identities.ts';
import { kubeconfig } from './pki/kubeconfig.ts';
import { ensurePki } from './pki/pki.ts';
import { serve } from './serve.ts';
import { startSimulatedNodes } from './simulated-nodes.ts';

export interface StartClusterOptions {
  readonly name?: string | undefined;
  /** Nodes that run nothing; default 1. */
  readonly nodes?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Logger | undefined;
  /** Default: in memory, gone with the cluster. */
  readonly driver?: StorageDriver | undefined;
}

/** A whole cluster in this process. Dispose it to stop; nothing of it stays. */
export interface Cluster extends AsyncDisposable {
  /** Acts as the administrator. */
  readonly client: Client;
  /** A client that acts as somebody else, under their permissions. */
  clientAs(user: UserInfo): Client;
  /** Why pods are where they are: the scheduler's attempts. */
  readonly attempts: AttemptLog;
  /** Opens the API on a port of 127.0.0.1, at the first call, and gives the administrator's kubeconfig as text. */
  kubeconfig(): Promise<string>;
}

/**
 * Starts API server, controllers, scheduler and simulated nodes in the caller's process.
 *
 *     await using cluster = await startCluster();
 *     await cluster.client.create(pods, { metadata: { name: 'web', namespace: 'default' }, spec });
 */
export async function startCluster(options: StartClusterOptions = {}): Promise<Cluster> {
  const { name = 'test', nodes = 1, clock = systemClock, log = silentLogger, driver = memoryDriver() } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'timonel-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  stack.use(driver);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const controlPlane = stack.use(
    await startControlPlane({
      driver,
      config: { ...defaultConfig, name },
      clock,
      log,
      signingKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      rootCaPem: '',
      addresses: [{ ip: '198.18.255.1', port: 6443 }],
      volumesDir: join(folder, 'volumes'),
      cleansVolumes: false,
    }),
  );
  stack.use(await startSimulatedNodes({ controlPlane, config: { name, simulatedNodes: nodes }, folder, clock, log }));
  let opened: Promise<string> | undefined;
  const owned = stack.move();
  const close = new AsyncDisposableStack();
  close.use(owned);
  return {
    client: controlPlane.clientAs(identities.admin),
    clientAs: (user) => controlPlane.clientAs(user),
    attempts: controlPlane.scheduler.attempts,
    kubeconfig: () => {
      opened ??= open({ controlPlane, name, folder, clock, log, close });
      return opened;
    },
    [Symbol.asyncDispose]: () => close.disposeAsync(),
  };
}

interface OpenOptions {
  readonly controlPlane: ControlPlane;
  readonly name: string;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly close: AsyncDisposableStack;
}

async function open({ controlPlane, name, folder, clock, log, close }: OpenOptions): Promise<string> {
  const pki = close.use(await ensurePki({ dir: join(folder, 'pki'), hosts: [], clock }));
  const listener = close.use(
    await serve({
      controlPlane,
      tls: { key: pki.serving.keyPem, cert: pki.serving.certPem, ca: pki.caPem },
      listen: [{ host: '127.0.0.1', port: 0 }],
      dialKubelet: async (node) => {
        throw new Error(`node ${node} is simulated in process and serves no streams`);
      },
      clusterDomain: defaultConfig.clusterDomain,
      clock,
      log,
    }),
  );
  const admin = await pki.issueClientCert({ cn: identities.admin.name, orgs: ['system:masters'] });
  const port = listener.addresses.flatMap((address) => ('port' in address ? [address.port] : []))[0] ?? 0;
  return kubeconfig({
    clusterName: name,
    server: `https://127.0.0.1:${port}`,
    caPem: pki.caPem,
    userName: `${name}-admin`,
    credentials: { certPem: admin.certPem, keyPem: admin.keyPem },
  });
}
