import { clusterFlags, findCluster } from '../cluster-flags.ts';
import { defineCommand } from '../command.ts';
import { CliError, exitCodes } from '../errors.ts';

export const remove = defineCommand({
  name: 'delete',
  synopsis: { en: 'Stop a cluster and remove all of its data.', es: 'Detiene un clúster y borra todos sus datos.' },
  flags: clusterFlags,
  examples: [
    { line: 'timonel delete', shows: { en: 'remove the default cluster', es: 'borrar el clúster por omisión' } },
    { line: 'timonel delete --name test', shows: { en: 'remove the cluster "test"', es: 'borrar el clúster "test"' } },
  ],
  async run({ flags, env, out }) {
    const cluster = await findCluster({ flags, env });
    if ((await cluster.config()) === undefined) {
      throw new CliError({
        exitCode: exitCodes.notRunning,
        text: { en: `there is no cluster "${cluster.name}"`, es: `no existe el clúster "${cluster.name}"` },
        remedy: { en: 'see: timonel status', es: 'vea: timonel status' },
      });
    }
    await out.step({ en: `Deleting cluster "${cluster.name}"`, es: `Borrando el clúster "${cluster.name}"` }, () =>
      cluster.remove(),
    );
  },
});
