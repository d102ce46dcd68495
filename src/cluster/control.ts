import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { removeLocalNode } from '#node-host/local-node.ts';
import { removeLocalNetwork } from '#node-host/network.ts';
import { identify, readPidFile } from '#node-host/process-identity.ts';
import { type ClusterConfig, readConfig, writeConfig } from './config.ts';
import { startDaemon, stopDaemon } from './daemon.ts';
import { type ClusterFolders, clusterId, foldersOf } from './folders.ts';

/** Somebody else listens where the API should. */
export class PortInUse extends Error {
  override name = 'PortInUse';
  readonly port: number;
  constructor(port: number, options?: ErrorOptions) {
    super(`port ${port} is in use`, options);
    this.port = port;
  }
}

/** One cluster on this machine, seen from outside of its processes. */
export interface ClusterHandle {
  readonly name: string;
  readonly dataDir: string;
  readonly folders: ClusterFolders;
  config(): Promise<ClusterConfig | undefined>;
  isRunning(): Promise<boolean>;
  /** Starts the server in the background. @returns false when it ran already. @throws {PortInUse} @throws {DaemonFailed} */
  start(config: ClusterConfig, options: StartOptions): Promise<boolean>;
  /** Ends server, nodes and containers; keeps the data. @returns whether anything ran. */
  stop(): Promise<boolean>;
  /** Stops, and removes every trace. */
  remove(): Promise<void>;
}

export interface StartOptions {
  /** How this program is started again, as `server` or `agent`. */
  readonly program: readonly [string, ...string[]];
  readonly isReady: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Long enough for every pod to end with its own grace of 30 s. */
const STOP_GRACE_MS = 60_000;
const AGENT_GRACE_MS = 5_000;

export function clusterHandle(dataDir: string, name: string): ClusterHandle {
  const folders = foldersOf(dataDir, name);
  const isRunning = async () => (await readPidFile(folders.serverPid)) !== undefined;
  const handle: ClusterHandle = {
    name,
    dataDir,
    folders,
    config: () => readConfig(folders.config),
    isRunning,
    async start(config, { program, isReady, signal }) {
      if (await isRunning()) return false;
      await assertPortFree(config.host, config.port);
      await mkdir(folders.run, { recursive: true, mode: 0o711 });
      await writeConfig(folders.config, config);
      const command = [...program, 'server', '--data-dir', dataDir, '--name', name] as const;
      await startDaemon(
        {
          command: command as unknown as readonly [string, ...string[]],
          pidFile: folders.serverPid,
          logFile: folders.serverLog,
        },
        isReady,
        signal,
      );
      return true;
    },
    async stop() {
      const ran = await stopDaemon(folders.serverPid, STOP_GRACE_MS);
      return (await clearNodes(handle)) || ran;
    },
    async remove() {
      await handle.stop();
      await rm(folders.root, { recursive: true, force: true });
    },
  };
  return handle;
}

/** Names of the clusters below a data folder. */
export async function listClusters(dataDir: string): Promise<readonly string[]> {
  const names = await readdir(dataDir).catch(() => []);
  const found = await Promise.all(
    names.map((name) => stat(join(dataDir, name, 'cluster.json')).catch(() => undefined)),
  );
  return names.filter((_, index) => found[index]?.isFile()).sort();
}

/** Removes what nodes left running: agents, containerd, containers, network. What the server did itself is gone already. */
async function clearNodes({ dataDir, name, folders }: ClusterHandle): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const nodes = await readdir(join(folders.root, 'nodes')).catch(() => []);
  let ran = false;
  for (const node of nodes) {
    const { agentPid, run, data } = folders.node(node);
    ran = (await stopDaemon(agentPid, AGENT_GRACE_MS)) || ran;
    await removeLocalNode({ id: nodeId(dataDir, name, node), dataFolder: data, runFolder: run });
  }
  await removeLocalNetwork(clusterId(dataDir, name));
  await rm(folders.run, { recursive: true, force: true });
  return ran;
}

/** What names a node's control group: unique on the machine. */
export const nodeId = (dataDir: string, cluster: string, node: string): string =>
  `${clusterId(dataDir, cluster)}-${node}`;

async function assertPortFree(host: string, port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUse(port, { cause: error }) : error),
    );
    probe.listen(port, host, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

/** Identity of the server process, for `status`. */
export async function serverProcess(folders: ClusterFolders): Promise<{ pid: number } | undefined> {
  const known = await readPidFile(folders.serverPid);
  return known && (await identify(known.pid));
}
