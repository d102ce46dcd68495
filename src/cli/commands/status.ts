import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { adminConnection } from '#cluster/admin.ts';
import { type ClusterHandle, clusterHandle, listClusters, serverProcess } from '#cluster/control.ts';
import { dataDirOf } from '#cluster/folders.ts';
import { clusterFlags, findCluster } from '../cluster-flags.ts';
import { defineCommand, oneOf, toggle } from '../command.ts';
import { CliError, exitCodes } from '../errors.ts';
import { isReady } from '../nodes.ts';
import type { Out } from '../out.ts';

interface ClusterStatus {
  readonly name: string;
  readonly state: 'absent' | 'stopped' | 'running' | 'unresponsive';
  readonly server?: string;
  readonly pid?: number;
  readonly nodes?: readonly { readonly name: string; readonly ready: boolean }[];
  readonly pods?: number;
}

export const status = defineCommand({
  name: 'status',
  synopsis: {
    en: 'Tell whether a cluster runs, and how its nodes are.',
    es: 'Dice si un clúster está en marcha y cómo están sus nodos.',
  },
  flags: {
    ...clusterFlags,
    all: toggle({ en: 'all clusters of the data folder', es: 'todos los clústeres de la carpeta de datos' }),
    output: oneOf(['text', 'json'], { en: 'output format', es: 'formato de salida' }, { short: 'o', fallback: 'text' }),
  },
  examples: [
    {
      line: 'timonel status',
      shows: { en: 'exit code 0 when it runs, 5 when not', es: 'código de salida 0 si está en marcha; 5 si no' },
    },
    {
      line: 'timonel status --all -o json',
      shows: { en: 'every cluster, for scripts', es: 'todos los clústeres, para guiones' },
    },
  ],
  async run({ flags, env, out }) {
    const dataDir = dataDirOf(flags['data-dir'], env);
    const clusters = flags.all
      ? (await listClusters(dataDir)).map((name) => clusterHandle(dataDir, name))
      : [await findCluster({ flags, env })];
    const found = await Promise.all(clusters.map(statusOf));
    if (flags.output === 'json') out.json(flags.all ? found : found[0]);
    else for (const one of found) tell(out, one);
    const [only] = found;
    if (!flags.all && only && only.state !== 'running') throw notRunning(only);
  },
});

async function statusOf(cluster: ClusterHandle): Promise<ClusterStatus> {
  const { name, folders } = cluster;
  const config = await cluster.config();
  if (!config) return { name, state: 'absent' };
  const server = `https://${config.host}:${config.port}`;
  const running = await serverProcess(folders);
  if (!running) return { name, state: 'stopped', server };
  const connection = adminConnection(folders);
  if (!(await connection.isReady())) return { name, state: 'unresponsive', server, pid: running.pid };
  await using client = await connection.client();
  const [{ items: found }, { items: allPods }] = await Promise.all([client.list(nodes), client.list(pods)]);
  const states = found.map((node) => ({ name: node.metadata.name, ready: isReady(node) }));
  return { name, state: 'running', server, pid: running.pid, nodes: states, pods: allPods.length };
}

function tell(out: Out, status: ClusterStatus): void {
  const states = {
    absent: { en: 'does not exist', es: 'no existe' },
    stopped: { en: 'stopped', es: 'detenido' },
    running: { en: 'running', es: 'en marcha' },
    unresponsive: { en: 'running, but not ready', es: 'en marcha, pero no listo' },
  };
  out.print(`${out.bold(status.name)}  ${out.say(states[status.state])}${status.server ? `  ${status.server}` : ''}`);
  for (const node of status.nodes ?? []) {
    out.print(
      `  ${node.name}  ${out.say(node.ready ? { en: 'ready', es: 'listo' } : { en: 'not ready', es: 'no listo' })}`,
    );
  }
}

function notRunning({ name, state }: ClusterStatus): CliError {
  return new CliError({
    exitCode: exitCodes.notRunning,
    text:
      state === 'unresponsive'
        ? { en: `cluster "${name}" does not answer`, es: `el clúster "${name}" no responde` }
        : { en: `cluster "${name}" is not running`, es: `el clúster "${name}" no está en marcha` },
    remedy:
      state === 'unresponsive'
        ? { en: 'read timonel logs', es: 'lea timonel logs' }
        : { en: `timonel up --name ${name}`, es: `timonel up --name ${name}` },
  });
}
