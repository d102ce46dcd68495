import type { Text } from './text.ts';

/** What `timonel` exits with; documented in docs/reference/errors.md, and a test compares. */
export const exitCodes = {
  ok: 0,
  /** Something failed; the message says what. */
  failed: 1,
  /** The command line was wrong. */
  usage: 2,
  /** The machine lacks something: a package, root, a free port, disk. */
  machine: 3,
  /** It did not happen in time. */
  timeout: 4,
  /** No such cluster, or it is not running. */
  notRunning: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A failure told to the user: what happened, and what to do about it. */
export class CliError extends Error {
  override name = 'CliError';
  readonly exitCode: ExitCode;
  readonly text: Text;
  readonly remedy: Text | undefined;
  constructor(options: { exitCode: ExitCode; text: Text; remedy?: Text; cause?: unknown }) {
    super(options.text.en, { cause: options.cause });
    this.exitCode = options.exitCode;
    this.text = options.text;
    this.remedy = options.remedy;
  }
}
