import { NewerFormat } from '#cluster/config.ts';
import { type ClusterHandle, clusterHandle } from '#cluster/control.ts';
import { dataDirOf } from '#cluster/folders.ts';
import { text, textOr } from './command.ts';
import { CliError, exitCodes } from './errors.ts';

/** The flags by which every command finds its cluster. */
export const clusterFlags = {
  name: textOr('timonel', { en: 'which cluster', es: 'qué clúster' }, { short: 'n', value: 'NAME' }),
  'data-dir': text(
    {
      en: 'folder of all clusters (default: /var/lib/timonel for root, else ~/.local/share/timonel)',
      es: 'carpeta de todos los clústeres (por omisión: /var/lib/timonel para root; si no, ~/.local/share/timonel)',
    },
    { value: 'DIR' },
  ),
} as const;

interface Named {
  readonly flags: { readonly name: string; readonly 'data-dir': string | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @throws {CliError} for a name that cannot be one, or a folder of a newer release. */
export async function findCluster({ flags, env }: Named): Promise<ClusterHandle> {
  if (!/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(flags.name)) {
    throw new CliError({
      exitCode: exitCodes.usage,
      text: { en: `"${flags.name}" cannot be a cluster's name`, es: `"${flags.name}" no puede ser nombre de clúster` },
      remedy: {
        en: 'use at most 32 lower-case letters, digits and inner dashes',
        es: 'use como mucho 32 letras minúsculas, cifras y guiones interiores',
      },
    });
  }
  const cluster = clusterHandle(dataDirOf(flags['data-dir'], env), flags.name);
  await cluster.config().catch((cause: unknown) => {
    if (!(cause instanceof NewerFormat)) throw cause;
    throw new CliError({
      exitCode: exitCodes.machine,
      text: { en: cause.message, es: cause.message },
      remedy: { en: 'update Timonel, or use another --data-dir', es: 'actualice Timonel o use otra --data-dir' },
    });
  });
  return cluster;
}

/** The cluster, which must run. @throws {CliError} with exit code 5. */
export async function runningCluster(named: Named): Promise<ClusterHandle> {
  const cluster = await findCluster(named);
  if (await cluster.isRunning()) return cluster;
  const exists = (await cluster.config()) !== undefined;
  throw new CliError({
    exitCode: exitCodes.notRunning,
    text: exists
      ? { en: `cluster "${cluster.name}" is not running`, es: `el clúster "${cluster.name}" no está en marcha` }
      : { en: `there is no cluster "${cluster.name}"`, es: `no existe el clúster "${cluster.name}"` },
    remedy: {
      en: `start it: timonel up --name ${cluster.name}`,
      es: `póngalo en marcha: timonel up --name ${cluster.name}`,
    },
  });
}
