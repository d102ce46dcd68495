import { createLogger } from '#base/log.ts';
import { clusterFlags, findCluster } from '../cluster-flags.ts';
import { defineCommand, oneOf } from '../command.ts';
import { CliError, exitCodes } from '../errors.ts';
import { thisProgram } from '../program.ts';

export const server = defineCommand({
  name: 'server',
  synopsis: {
    en: 'Run the server of a cluster in the foreground; `up` starts it.',
    es: 'Ejecuta el servidor de un clúster en primer plano; `up` lo pone en marcha.',
  },
  flags: {
    ...clusterFlags,
    'log-level': oneOf(
      ['debug', 'info', 'warn', 'error'],
      { en: 'how much is logged', es: 'cuánto se registra' },
      { fallback: 'info' },
    ),
  },
  examples: [
    { line: 'timonel server --name test', shows: { en: 'for service managers', es: 'para gestores de servicios' } },
  ],
  async run({ flags, env, signal }) {
    const cluster = await findCluster({ flags, env });
    const config = await cluster.config();
    if (!config) {
      throw new CliError({
        exitCode: exitCodes.notRunning,
        text: { en: `there is no cluster "${cluster.name}"`, es: `no existe el clúster "${cluster.name}"` },
        remedy: { en: `make it: timonel up --name ${cluster.name}`, es: `créelo: timonel up --name ${cluster.name}` },
      });
    }
    const { startServer } = await import('#cluster/server.ts');
    const { dataDir, folders } = cluster;
    const log = createLogger({ level: flags['log-level'] });
    const running = await startServer({ config, dataDir, folders, program: thisProgram(), log });
    await aborted(signal);
    await running.stop();
  },
});

/** Resolves on SIGTERM or Ctrl-C. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    // Keeps the process alive: a server with no connection has nothing else that does.
    const alive = setInterval(() => {}, 2 ** 30);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}
