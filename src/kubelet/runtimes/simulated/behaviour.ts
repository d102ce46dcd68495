/**
 * How a simulated container behaves, said by annotations of its pod. Each may end in `.<container>` to mean only that
 * container: `simulated.timonel.io/exit-code.migrate: "3"`.
 *
 * | annotation | meaning | default |
 * |---|---|---|
 * | `start-delay` | how long starting takes | `0s` |
 * | `run-time` | exits by itself after this time | as its command says, else never |
 * | `exit-code` | the code it then exits with | `0` |
 * | `stop-delay` | how long it takes to end after SIGTERM | `0s` |
 * | `log-lines` | written to the log at the start, one line each | none |
 * | `cpu-usage`, `memory-usage` | what statistics report (`250m`, `64Mi`) | `1m`, `4Mi` |
 * | `pull-error` | pulling its image fails with this message | none |
 */
export interface Behaviour {
  readonly startDelayMs: number;
  readonly runTimeMs: number | undefined;
  readonly exitCode: number;
  readonly stopDelayMs: number;
  readonly logLines: readonly string[];
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

export const PREFIX = 'simulated.timonel.io/';

type Annotations = Readonly<Record<string, string>>;

/** Unreadable values count as absent: a simulation must not fail on them. */
export function behaviourOf(annotations: Annotations, container: string): Behaviour {
  const of = (key: string) => annotations[`${PREFIX}${key}.${container}`] ?? annotations[`${PREFIX}${key}`];
  const lines = of('log-lines');
  return {
    startDelayMs: durationMs(of('start-delay')) ?? 0,
    runTimeMs: durationMs(of('run-time')),
    exitCode: Number.parseInt(of('exit-code') ?? '0', 10) || 0,
    stopDelayMs: durationMs(of('stop-delay')) ?? 0,
    logLines: lines === undefined ? [] : lines.replace(/\n$/, '').split('\n'),
    cpuMillis: cpuMillis(of('cpu-usage') ?? '1m'),
    memoryBytes: bytes(of('memory-usage') ?? '4Mi'),
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go's durations: `1h30m`, `1.5s`, `200ms`. */
export function durationMs(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (UNIT_MS[unit] ?? 0),
    0,
  );
}

function cpuMillis(text: string): number {
  return text.endsWith('m') ? Number.parseFloat(text) || 0 : (Number.parseFloat(text) || 0) * 1000;
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

function bytes(text: string): number {
  const [, amount = '0', unit = ''] = /^(\d+(?:\.\d+)?)(\D*)$/.exec(text) ?? [];
  return Math.round(Number(amount) * (UNIT_BYTES[unit] ?? 1));
}
