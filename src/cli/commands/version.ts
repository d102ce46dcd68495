import { kubernetesVersion, timonelVersion } from '#base/version.ts';
import { defineCommand, oneOf } from '../command.ts';

export const version = defineCommand({
  name: 'version',
  synopsis: {
    en: 'Print the versions of Timonel and of its Kubernetes API.',
    es: 'Muestra las versiones de Timonel y de su API de Kubernetes.',
  },
  flags: {
    output: oneOf(['text', 'json'], { en: 'output format', es: 'formato de salida' }, { short: 'o', fallback: 'text' }),
  },
  examples: [{ line: 'timonel version -o json', shows: { en: 'for scripts', es: 'para guiones' } }],
  async run({ flags, out }) {
    const versions = { timonel: timonelVersion, kubernetes: kubernetesVersion, node: process.versions.node };
    if (flags.output === 'json') out.json(versions);
    else for (const [name, value] of Object.entries(versions)) out.print(`${name.padEnd(10)} ${value}`);
  },
});
