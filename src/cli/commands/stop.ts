import { clusterFlags, findCluster } from '../cluster-flags.ts';
import { defineCommand } from '../command.ts';

export const stop = defineCommand({
  name: 'stop',
  synopsis: {
    en: 'Stop a cluster and its containers; its data stays.',
    es: 'Detiene un clúster y sus contenedores; sus datos quedan.',
  },
  flags: clusterFlags,
  examples: [
    {
      line: 'timonel stop',
      shows: { en: 'stop; `timonel up` goes on where it was', es: 'detener; `timonel up` sigue donde estaba' },
    },
  ],
  async run({ flags, env, out }) {
    const cluster = await findCluster({ flags, env });
    const ran = await out.step(
      { en: `Stopping cluster "${cluster.name}"`, es: `Deteniendo el clúster "${cluster.name}"` },
      () => cluster.stop(),
    );
    if (!ran) out.note(out.say({ en: 'it was not running', es: 'no estaba en marcha' }));
  },
});
