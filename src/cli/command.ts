import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { CliError, exitCodes } from './errors.ts';
import type { Out } from './out.ts';
import type { Text } from './text.ts';

/** A flag of a command: how it is read, shown, and what it is without being given. */
export interface Flag<T> {
  readonly type: 'string' | 'boolean';
  readonly short?: string | undefined;
  readonly help: Text;
  /** What stands for the value in help: `NAME`. */
  readonly value?: string | undefined;
  readonly fallback: T;
  /** @throws {CliError} for a value that makes no sense. */
  readonly read: (given: string | boolean, flag: string) => T;
}

export interface FlagOptions {
  short?: string;
  value?: string;
}

export function text(help: Text, { short, value = 'TEXT' }: FlagOptions = {}): Flag<string | undefined> {
  return { type: 'string', short, help, value, fallback: undefined, read: String };
}

export function textOr(fallback: string, help: Text, { short, value = 'TEXT' }: FlagOptions = {}): Flag<string> {
  return { type: 'string', short, help, value, fallback, read: String };
}

export function toggle(help: Text, { short }: FlagOptions = {}): Flag<boolean> {
  return { type: 'boolean', short, help, fallback: false, read: Boolean };
}

/** A whole number between `least` and `most`. */
export function integer(
  range: { least: number; most: number; fallback: number },
  help: Text,
  { short, value = 'N' }: FlagOptions = {},
): Flag<number> {
  const { least, most, fallback } = range;
  const read = (given: string | boolean, flag: string) => {
    const number = Number(given);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw wrongValue(flag, String(given), `${least}–${most}`);
  };
  return { type: 'string', short, help, value, fallback, read };
}

export function oneOf<const C extends string>(
  choices: readonly C[],
  help: Text,
  { short, fallback }: { short?: string; fallback: NoInfer<C> },
): Flag<C> {
  const read = (given: string | boolean, flag: string) => {
    const choice = choices.find((one) => one === given);
    if (choice === undefined) throw wrongValue(flag, String(given), choices.join(', '));
    return choice;
  };
  return { type: 'string', short, help, value: choices.join('|'), fallback, read };
}

function wrongValue(flag: string, given: string, allowed: string): CliError {
  return new CliError({
    exitCode: exitCodes.usage,
    text: { en: `--${flag} cannot be "${given}"`, es: `--${flag} no puede ser "${given}"` },
    remedy: { en: `use one of: ${allowed}`, es: `valores posibles: ${allowed}` },
  });
}

type Flags = Readonly<Record<string, Flag<unknown>>>;
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

export interface Invocation<F extends Flags> {
  readonly flags: FlagValues<F>;
  /** What is not a flag, in order. */
  readonly args: readonly string[];
  readonly out: Out;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

export interface Command<F extends Flags = Flags> {
  /** The words typed: `up`, `image import`. */
  readonly name: string;
  readonly synopsis: Text;
  readonly description?: Text | undefined;
  /** Names of the arguments as help shows them: `FILE`, `[NAME…]`. */
  readonly args?: readonly string[] | undefined;
  readonly flags: F;
  readonly examples: readonly { readonly line: string; readonly shows: Text }[];
  /** Not listed in help: Timonel starts it itself. */
  readonly isInternal?: boolean | undefined;
  run(invocation: Invocation<F>): Promise<void>;
}

/** Declares a command; the types of its flags follow from their declaration. */
export function defineCommand<const F extends Flags>(command: Command<F>): Command {
  return command as unknown as Command;
}

/** Reads the words after the command's name. @throws {CliError} with exit code 2. */
export function readFlags(
  command: Command,
  words: readonly string[],
): { flags: Record<string, unknown>; args: string[] } {
  const options: ParseArgsOptionsConfig = {};
  for (const [name, flag] of Object.entries(command.flags)) {
    options[name] = { type: flag.type, ...(flag.short && { short: flag.short }) };
  }
  const { values, positionals } = parse(command, options, words);
  const flags: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(command.flags)) {
    const given = values[name];
    flags[name] = typeof given === 'string' || typeof given === 'boolean' ? flag.read(given, name) : flag.fallback;
  }
  checkArgs(command, positionals);
  return { flags, args: positionals };
}

function parse(command: Command, options: ParseArgsOptionsConfig, words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const why = (cause instanceof Error ? cause.message : String(cause)).replace(/\. To specify .*$/s, '');
    throw usage(command, { en: why, es: why }, cause);
  }
}

function checkArgs(command: Command, given: readonly string[]): void {
  const wanted = command.args ?? [];
  const least = wanted.filter((name) => !name.startsWith('[')).length;
  const most = wanted.some((name) => name.includes('…')) ? Number.POSITIVE_INFINITY : wanted.length;
  if (given.length < least) {
    const missing = wanted[given.length] ?? '';
    throw usage(command, { en: `${missing} is missing`, es: `falta ${missing}` });
  }
  if (given.length > most) {
    const extra = given[most] ?? '';
    throw usage(command, { en: `"${extra}" is one word too many`, es: `"${extra}" sobra` });
  }
}

function usage(command: Command, why: Text, cause?: unknown): CliError {
  const help = `timonel ${command.name} --help`;
  return new CliError({
    exitCode: exitCodes.usage,
    text: why,
    remedy: { en: `see: ${help}`, es: `vea: ${help}` },
    cause,
  });
}
