/** Structured logging: a constant message, facts as fields. Loggers are injected, never imported as a global. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line, such as `{ component: 'scheduler' }`. */
  child(fields: LogFields): Logger;
}

export interface LogOptions {
  level?: LogLevel;
  format?: 'text' | 'json';
  write?: (line: string) => void;
  now?: () => number;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const SECRET_KEY = /token|password|secret|authorization|privateKey/i;

function plain(key: string, value: unknown): unknown {
  if (value instanceof Error) {
    const cause = value.cause === undefined ? '' : `: ${String(plain('', value.cause))}`;
    return `${value.name}: ${value.message}${cause}`;
  }
  return SECRET_KEY.test(key) && typeof value === 'string' ? '[redacted]' : value;
}

function textLine(at: string, level: LogLevel, message: string, fields: LogFields): string {
  const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${asWord(value)}`);
  return `${at} ${level.toUpperCase().padEnd(5)} ${message}${facts.join('')}`;
}

function asWord(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === undefined || /[\s"=]/.test(text) ? JSON.stringify(text ?? null) : text;
}

export function createLogger(options: LogOptions = {}): Logger {
  const { level = 'info', format = 'text', now = Date.now } = options;
  const write = options.write ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const floor = LEVELS.indexOf(level);
  const make = (bound: LogFields): Logger => {
    const at = (lineLevel: LogLevel) => (message: string, fields?: LogFields) => {
      if (LEVELS.indexOf(lineLevel) < floor) return;
      const time = new Date(now()).toISOString();
      const facts: Record<string, unknown> = {};
      for (const [key, value] of Object.entries({ ...bound, ...fields })) facts[key] = plain(key, value);
      write(
        format === 'json'
          ? JSON.stringify({ time, level: lineLevel, message, ...facts })
          : textLine(time, lineLevel, message, facts),
      );
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => make({ ...bound, ...fields }),
    };
  };
  return make({});
}

/** Says nothing; for tests and for callers that want no log. */
export const silentLogger: Logger = createLogger({ write: () => {}, level: 'error' });
