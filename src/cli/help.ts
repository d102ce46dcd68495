import type { Command, Flag } from './command.ts';
import type { Language, Text } from './text.ts';

const words = {
  usage: { en: 'Usage', es: 'Uso' },
  commands: { en: 'Commands', es: 'Órdenes' },
  flags: { en: 'Flags', es: 'Opciones' },
  examples: { en: 'Examples', es: 'Ejemplos' },
  without: { en: 'default', es: 'por omisión' },
  help: { en: 'this help', es: 'esta ayuda' },
  about: {
    en: 'Timonel is a complete Kubernetes: one command starts a cluster on the machine you have.',
    es: 'Timonel es un Kubernetes completo: una orden pone en marcha un clúster en la máquina que usted tiene.',
  },
  more: {
    en: 'timonel COMMAND --help tells more about one command.',
    es: 'timonel ORDEN --help dice más sobre una orden.',
  },
} satisfies Record<string, Text>;

/** All commands, a line each. */
export function overview(commands: readonly Command[], language: Language): string {
  const shown = commands.filter((command) => !command.isInternal);
  const rows = shown.map((command) => [command.name, command.synopsis[language]] as const);
  return [
    words.about[language],
    '',
    `${words.usage[language]}: timonel COMMAND [FLAGS]`,
    '',
    `${words.commands[language]}:`,
    ...table(rows),
    '',
    words.more[language],
  ].join('\n');
}

/** Everything about one command. */
export function helpOf(command: Command, language: Language): string {
  const lines = [command.synopsis[language]];
  if (command.description) lines.push('', command.description[language]);
  const args = (command.args ?? []).map((arg) => ` ${arg}`).join('');
  lines.push('', `${words.usage[language]}: timonel ${command.name}${args} [FLAGS]`);
  const rows = Object.entries(command.flags).map(([name, flag]) => flagRow(name, flag, language));
  lines.push('', `${words.flags[language]}:`, ...table([...rows, ['-h, --help', words.help[language]]]));
  lines.push('', `${words.examples[language]}:`);
  for (const { line, shows } of command.examples) lines.push(`  # ${shows[language]}`, `  ${line}`);
  return lines.join('\n');
}

function flagRow(name: string, flag: Flag<unknown>, language: Language): readonly [string, string] {
  const short = flag.short ? `-${flag.short}, ` : '';
  const value = flag.value ? ` ${flag.value}` : '';
  const hasFallback = flag.type === 'string' && flag.fallback !== undefined && flag.fallback !== '';
  const fallback = hasFallback ? ` (${words.without[language]}: ${String(flag.fallback)})` : '';
  return [`${short}--${name}${value}`, `${flag.help[language]}${fallback}`];
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
