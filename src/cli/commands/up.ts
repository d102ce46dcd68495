import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { adminConnection } from '#cluster/admin.ts';
import { type ClusterConfig, defaultConfig } from '#cluster/config.ts';
import { type ClusterHandle, PortInUse } from '#cluster/control.ts';
import { DaemonFailed, tailOf } from '#cluster/daemon.ts';
import { inspectMachine, MachineNotReady } from '#node-host/machine.ts';
import { clusterFlags, findCluster } from '../cluster-flags.ts';
import { defineCommand, integer, oneOf } from '../command.ts';
import { CliError, exitCodes } from '../errors.ts';
import { waitForNodes } from '../nodes.ts';
import type { Out } from '../out.ts';
import { thisProgram } from '../program.ts';

const READY_WITHIN_MS = 120_000;

export const up = defineCommand({
  name: 'up',
  synopsis: {
    en: 'Start a cluster, or go on with the one that is there.',
    es: 'Pone en marcha un clúster, o continúa el que ya existe.',
  },
  description: {
    en: 'The first time, flags decide what the cluster is; later they may change the number of nodes. Without root or containerd its nodes are simulated: pods are scheduled and run as data.',
    es: 'La primera vez, las opciones deciden cómo es el clúster; después pueden cambiar el número de nodos. Sin root o containerd sus nodos son simulados: los pods se planifican y existen solo como datos.',
  },
  flags: {
    ...clusterFlags,
    port: integer(
      { least: 1, most: 65_535, fallback: 0 },
      { en: 'port of the API on 127.0.0.1 (default: 6443)', es: 'puerto de la API en 127.0.0.1 (por omisión: 6443)' },
      { value: 'PORT' },
    ),
    nodes: integer(
      { least: 0, most: 50, fallback: -1 },
      { en: 'nodes that run containers (default: 1)', es: 'nodos que ejecutan contenedores (por omisión: 1)' },
    ),
    'simulated-nodes': integer(
      { least: 0, most: 10_000, fallback: -1 },
      { en: 'nodes that run nothing (default: 0)', es: 'nodos que no ejecutan nada (por omisión: 0)' },
    ),
    runtime: oneOf(
      ['auto', 'containerd', 'simulated'],
      { en: 'what runs the pods of --nodes', es: 'qué ejecuta los pods de --nodes' },
      { fallback: 'auto' },
    ),
    uplink: oneOf(
      ['default', 'nat', 'none'],
      {
        en: 'whether pods reach the network of this machine (nat) or not (none)',
        es: 'si los pods alcanzan la red de esta máquina (nat) o no (none)',
      },
      { fallback: 'default' },
    ),
    output: oneOf(['text', 'json'], { en: 'output format', es: 'formato de salida' }, { short: 'o', fallback: 'text' }),
  },
  examples: [
    { line: 'timonel up', shows: { en: 'a cluster of one node', es: 'un clúster de un nodo' } },
    {
      line: 'timonel up --name big --port 7443 --nodes 3',
      shows: { en: 'a second cluster, of three nodes', es: 'un segundo clúster, de tres nodos' },
    },
    {
      line: 'timonel up --nodes 0 --simulated-nodes 500',
      shows: {
        en: 'a control plane and 500 nodes that run nothing',
        es: 'un plano de control y 500 nodos que no ejecutan nada',
      },
    },
  ],
  async run({ flags, env, out, signal }) {
    const cluster = await findCluster({ flags, env });
    const before = await cluster.config();
    const config = await withRuntime(chooseConfig(before, flags), { runtime: flags.runtime, out });
    if (before && (await cluster.isRunning()) && !isSame(before, config)) await restart(cluster, out);
    const connection = adminConnection(cluster.folders);
    const askedMs = Date.now();
    const started = await start(cluster, { config, out, signal, isReady: () => connection.isReady() });
    await using client = await connection.client();
    const nodes = config.nodes + config.simulatedNodes;
    await out.step({ en: `Waiting for ${nodes} node(s)`, es: `Esperando a ${nodes} nodo(s)` }, (report) =>
      waitForNodes({
        client,
        count: nodes,
        heardAfterMs: started ? askedMs : 0,
        timeoutMs: READY_WITHIN_MS,
        signal,
        report,
      }).catch(async (error: unknown) => {
        if (signal.aborted || !(await endsSoon(cluster))) throw error;
        throw serverEnded(await tailOf(cluster.folders.serverLog), cluster.folders.serverLog);
      }),
    );
    const summary = {
      name: cluster.name,
      kubeconfig: cluster.folders.kubeconfig,
      server: `https://${config.host}:${config.port}`,
      nodes: config.nodes,
      simulatedNodes: config.simulatedNodes,
      started,
    };
    if (flags.output === 'json') out.json(summary);
    else tell(out, summary);
  },
});

interface UpFlags {
  readonly name: string;
  readonly port: number;
  readonly nodes: number;
  readonly 'simulated-nodes': number;
  readonly uplink: 'default' | 'nat' | 'none';
}

function chooseConfig(before: ClusterConfig | undefined, flags: UpFlags): ClusterConfig {
  const base = before ?? { ...defaultConfig, name: flags.name };
  return {
    ...base,
    port: flags.port === 0 ? base.port : flags.port,
    nodes: flags.nodes < 0 ? base.nodes : flags.nodes,
    simulatedNodes: flags['simulated-nodes'] < 0 ? base.simulatedNodes : flags['simulated-nodes'],
    uplink: flags.uplink === 'default' ? base.uplink : flags.uplink,
  };
}

const isSame = (a: ClusterConfig, b: ClusterConfig) => JSON.stringify(a) === JSON.stringify(b);

/** Where containers cannot run, the nodes become simulated ones, and the user is told why. */
async function withRuntime(
  config: ClusterConfig,
  { runtime, out }: { runtime: 'auto' | 'containerd' | 'simulated'; out: Out },
): Promise<ClusterConfig> {
  const simulated = { ...config, nodes: 0, simulatedNodes: config.simulatedNodes + config.nodes };
  if (runtime === 'simulated') return simulated;
  if (config.nodes === 0) return config;
  try {
    await inspectMachine();
    return config;
  } catch (cause) {
    if (!(cause instanceof MachineNotReady)) throw cause;
    if (runtime === 'auto') {
      out.note(
        out.bold(
          out.say({
            en: 'NO CONTAINERS WILL RUN: nodes are simulated.',
            es: 'NO SE EJECUTARÁ NINGÚN CONTENEDOR: los nodos son simulados.',
          }),
        ),
      );
      out.note(`  ${cause.message}`);
      return simulated;
    }
    throw new CliError({
      exitCode: exitCodes.machine,
      text: { en: 'this machine cannot run containers yet', es: 'esta máquina aún no puede ejecutar contenedores' },
      remedy: { en: cause.message, es: cause.message },
    });
  }
}

async function restart(cluster: ClusterHandle, out: Out): Promise<void> {
  await out.step({ en: 'Stopping, since the cluster changes', es: 'Deteniendo, porque el clúster cambia' }, () =>
    cluster.stop(),
  );
}

interface StartInput {
  readonly config: ClusterConfig;
  readonly out: Out;
  readonly signal: AbortSignal;
  readonly isReady: () => Promise<boolean>;
}

async function start(cluster: ClusterHandle, { config, out, signal, isReady }: StartInput): Promise<boolean> {
  const program = thisProgram();
  const title = { en: `Starting cluster "${cluster.name}"`, es: `Poniendo en marcha el clúster "${cluster.name}"` };
  try {
    return await out.step(title, () => cluster.start(config, { program, isReady, signal }));
  } catch (cause) {
    if (cause instanceof PortInUse) throw portInUse(cause);
    if (cause instanceof DaemonFailed) throw serverEnded(cause.tail, cluster.folders.serverLog);
    throw cause;
  }
}

function portInUse({ port }: PortInUse): CliError {
  return new CliError({
    exitCode: exitCodes.machine,
    text: { en: `port ${port} is in use`, es: `el puerto ${port} está ocupado` },
    remedy: {
      en: `choose another one: timonel up --port ${port + 1}; or stop what uses it (another cluster: timonel status --all)`,
      es: `elija otro: timonel up --port ${port + 1}; o detenga lo que lo usa (otro clúster: timonel status --all)`,
    },
  });
}

const END_WITHIN_MS = 2_000;

/** Whether the server's process is gone, or goes within a moment: a connection breaks before the process is done. */
async function endsSoon(cluster: ClusterHandle): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < END_WITHIN_MS; waitedMs += 50) {
    if (!(await cluster.isRunning())) return true;
    await sleep(50);
  }
  return false;
}

/** The server's own last words, or those before a stack trace. */
function serverEnded(tail: string, log: string): CliError {
  const lines = tail.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  const reason = (lines.at(-1) ?? '').replace(/^error: /, '');
  if (/no space left on device|disk .* is full/.test(reason)) {
    const folder = dirname(dirname(log));
    return new CliError({
      exitCode: exitCodes.machine,
      text: { en: `the disk that holds ${folder} is full`, es: `el disco que contiene ${folder} está lleno` },
      remedy: {
        en: 'free some space, or use another --data-dir',
        es: 'libere espacio o use otra --data-dir',
      },
      cause: reason,
    });
  }
  return new CliError({
    exitCode: exitCodes.failed,
    text: { en: `the server ended: ${reason}`, es: `el servidor terminó: ${reason}` },
    remedy: { en: `read ${log}`, es: `lea ${log}` },
  });
}

interface Summary {
  readonly name: string;
  readonly kubeconfig: string;
  readonly server: string;
  readonly started: boolean;
}

function tell(out: Out, { name, kubeconfig, server, started }: Summary): void {
  const which = name === 'timonel' ? '' : ` --name ${name}`;
  out.print(
    started
      ? out.say({ en: `Cluster "${name}" is up: ${server}`, es: `El clúster "${name}" está en marcha: ${server}` })
      : out.say({
          en: `Cluster "${name}" was up already: ${server}`,
          es: `El clúster "${name}" ya estaba en marcha: ${server}`,
        }),
  );
  out.print(`  export KUBECONFIG=${kubeconfig}`);
  out.print(out.say({ en: `  stop it: timonel stop${which}`, es: `  para detenerlo: timonel stop${which}` }));
}
