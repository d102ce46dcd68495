import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where everything of one cluster lies. */
export interface ClusterFolders {
  readonly root: string;
  readonly config: string;
  readonly store: string;
  readonly pki: string;
  readonly kubeconfig: string;
  readonly logs: string;
  readonly serverLog: string;
  /** What is gone after a reboot: sockets and pid files. Short, since a socket's path holds 107 bytes at most. */
  readonly run: string;
  readonly serverPid: string;
  readonly serverSocket: string;
  readonly volumes: string;
  node(name: string): NodeFolders;
}

export interface NodeFolders {
  /** Survives a reboot. */
  readonly data: string;
  readonly run: string;
  readonly kubelet: string;
  readonly kubeletSocket: string;
  readonly agentPid: string;
  readonly agentConfig: string;
  readonly agentLog: string;
}

/** The folder of all clusters: `--data-dir`, `TIMONEL_DATA_DIR`, or the usual place of the user. */
export function dataDirOf(given: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const usual =
    process.getuid?.() === 0
      ? '/var/lib/timonel'
      : join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'timonel');
  return resolve(given ?? env['TIMONEL_DATA_DIR'] ?? usual);
}

export function foldersOf(dataDir: string, name: string): ClusterFolders {
  const root = join(dataDir, name);
  const base =
    process.getuid?.() === 0
      ? '/run/timonel'
      : join(process.env['XDG_RUNTIME_DIR'] || '/tmp', `timonel-${process.getuid?.()}`);
  const run = join(base, clusterId(dataDir, name));
  return {
    root,
    config: join(root, 'cluster.json'),
    store: join(root, 'state.db'),
    pki: join(root, 'pki'),
    kubeconfig: join(root, 'kubeconfig'),
    logs: join(root, 'logs'),
    serverLog: join(root, 'logs', 'server.log'),
    run,
    serverPid: join(run, 'server.pid'),
    serverSocket: join(run, 'server.sock'),
    volumes: join(root, 'volumes'),
    node: (node) => ({
      data: join(root, 'nodes', node),
      run: join(run, node),
      kubelet: join(root, 'nodes', node, 'kubelet'),
      kubeletSocket: join(run, node, 'kubelet.sock'),
      agentPid: join(run, node, 'agent.pid'),
      agentConfig: join(run, node, 'agent.json'),
      agentLog: join(root, 'logs', `${node}.log`),
    }),
  };
}

/** Unlike the name, unique on the machine: two data folders may hold clusters of one name. */
export function clusterId(dataDir: string, name: string): string {
  const hash = createHash('sha256').update(resolve(dataDir, name)).digest('hex').slice(0, 4);
  return `${name.slice(0, 20)}-${hash}`;
}
