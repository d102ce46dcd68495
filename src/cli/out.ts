import { styleText } from 'node:util';
import { type Language, languageOf, type Text } from './text.ts';

/** Where a command says things: results to standard output, progress and errors to standard error. */
export interface Out {
  readonly language: Language;
  /** A line of the result. */
  print(line: string): void;
  /** The result as JSON, for scripts. */
  json(value: unknown): void;
  /** A remark on the side. */
  note(line: string): void;
  say(text: Text): string;
  /** Emphasis, where the reader is a terminal. */
  bold(words: string): string;
  /** Shows a long step while it runs, and its time when it is done. */
  step<T>(title: Text, work: (report: (detail: string) => void) => Promise<T>): Promise<T>;
}

export interface OutOptions {
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  env: Readonly<Record<string, string | undefined>>;
  now?: () => number;
}

type Style = Parameters<typeof styleText>[0];
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;

export function createOut({ stdout, stderr, env, now = () => performance.now() }: OutOptions): Out {
  const language = languageOf(env);
  const mayColour = env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb';
  const live = stderr.isTTY === true && mayColour;
  const paint = (style: Style, words: string, on: boolean) =>
    on ? styleText(style, words, { validateStream: false }) : words;
  const seconds = (sinceMs: number) => `${((now() - sinceMs) / 1000).toFixed(1)} s`;

  function spin(title: string): { update: (detail: string) => void; end: () => void } {
    if (!live) return { update: () => {}, end: () => {} };
    let frame = 0;
    let detail = '';
    const draw = () => {
      frame = (frame + 1) % SPINNER.length;
      stderr.write(
        `\r\x1b[2K  ${paint('cyan', SPINNER[frame] ?? '', true)} ${title}${detail && ` ${paint('dim', detail, true)}`}`,
      );
    };
    const timer = setInterval(draw, FRAME_MS);
    draw();
    return {
      update: (words) => {
        detail = words;
      },
      end: () => {
        clearInterval(timer);
        stderr.write('\r\x1b[2K');
      },
    };
  }

  return {
    language,
    print: (line) => void stdout.write(`${line}\n`),
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    say: (sentence) => sentence[language],
    bold: (words) => paint('bold', words, stdout.isTTY === true && mayColour),
    async step(title, work) {
      const started = now();
      const line = title[language];
      const spinner = spin(line);
      try {
        const result = await work(spinner.update);
        spinner.end();
        stderr.write(`  ${paint('green', '✓', live)} ${line} ${paint('dim', `(${seconds(started)})`, live)}\n`);
        return result;
      } catch (error) {
        spinner.end();
        stderr.write(`  ${paint('red', '✗', live)} ${line} ${paint('dim', `(${seconds(started)})`, live)}\n`);
        throw error;
      }
    },
  };
}
