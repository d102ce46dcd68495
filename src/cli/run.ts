import { type Command, readFlags } from './command.ts';
import { CliError, exitCodes } from './errors.ts';
import { helpOf, overview } from './help.ts';
import type { Out } from './out.ts';

export interface RunOptions {
  commands: readonly Command[];
  words: readonly string[];
  out: Out;
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
}

const isHelp = (word: string) => word === '--help' || word === '-h';

/** Runs what was typed. Never throws; @returns the exit code. */
export async function run({ commands, words, out, env, signal }: RunOptions): Promise<number> {
  const found = find(commands, words);
  if (!found) {
    const asked = words.length === 0 || words.some(isHelp) || words[0] === 'help';
    if (asked) out.print(overview(commands, out.language));
    else out.note(unknown(words[0] ?? '', out));
    return asked ? exitCodes.ok : exitCodes.usage;
  }
  const { command, rest } = found;
  const untilDashes = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (untilDashes.some(isHelp)) {
    out.print(helpOf(command, out.language));
    return exitCodes.ok;
  }
  try {
    const { flags, args } = readFlags(command, rest);
    await command.run({ flags: flags as never, args, out, env, signal });
    return exitCodes.ok;
  } catch (error) {
    return explain(error, { out, env, signal });
  }
}

/** The command whose words the line begins with; the longest such. */
function find(
  commands: readonly Command[],
  words: readonly string[],
): { command: Command; rest: string[] } | undefined {
  const matches = commands.filter((command) => command.name.split(' ').every((word, at) => words[at] === word));
  const command = matches.sort((a, b) => b.name.length - a.name.length)[0];
  return command && { command, rest: words.slice(command.name.split(' ').length) };
}

function unknown(word: string, out: Out): string {
  return out.say({
    en: `error: there is no command "${word}"\n  what to do: timonel --help lists them`,
    es: `error: no existe la orden "${word}"\n  qué hacer: timonel --help las enumera`,
  });
}

function explain(error: unknown, { out, env, signal }: Pick<RunOptions, 'out' | 'env' | 'signal'>): number {
  if (signal.aborted) {
    out.note(out.say({ en: 'interrupted', es: 'interrumpido' }));
    return exitCodes.interrupted;
  }
  if (!(error instanceof CliError)) {
    out.note(`error: ${describe(error)}`);
    if (env['TIMONEL_DEBUG'] && error instanceof Error) out.note(error.stack ?? '');
    return exitCodes.failed;
  }
  out.note(`error: ${out.say(error.text)}`);
  if (error.cause !== undefined) out.note(`  ${out.say({ en: 'cause', es: 'causa' })}: ${describe(error.cause)}`);
  if (error.remedy) out.note(`  ${out.say({ en: 'what to do', es: 'qué hacer' })}: ${out.say(error.remedy)}`);
  return error.exitCode;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}
