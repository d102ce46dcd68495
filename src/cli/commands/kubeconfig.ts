import { readFile } from 'node:fs/promises';
import { clusterFlags, findCluster } from '../cluster-flags.ts';
import { defineCommand, toggle } from '../command.ts';
import { CliError, exitCodes } from '../errors.ts';

export const kubeconfig = defineCommand({
  name: 'kubeconfig',
  synopsis: { en: 'Print the kubeconfig of a cluster.', es: 'Muestra el kubeconfig de un clúster.' },
  flags: {
    ...clusterFlags,
    path: toggle({
      en: "print the file's path instead of its content",
      es: 'mostrar la ruta del fichero y no su contenido',
    }),
  },
  examples: [
    {
      line: 'export KUBECONFIG=$(timonel kubeconfig --path)',
      shows: { en: 'point kubectl and helm at the cluster', es: 'dirigir kubectl y helm al clúster' },
    },
  ],
  async run({ flags, env, out }) {
    const cluster = await findCluster({ flags, env });
    const content = await readFile(cluster.folders.kubeconfig, 'utf8').catch((cause: unknown) => {
      throw new CliError({
        exitCode: exitCodes.notRunning,
        text: {
          en: `cluster "${cluster.name}" has no kubeconfig that you can read`,
          es: `el clúster "${cluster.name}" no tiene kubeconfig que usted pueda leer`,
        },
        remedy: { en: 'start it: timonel up', es: 'póngalo en marcha: timonel up' },
        cause,
      });
    });
    out.print(flags.path ? cluster.folders.kubeconfig : content.trimEnd());
  },
});
