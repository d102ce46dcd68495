const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a Go duration such as `1h30m` or `1.5h`; undefined for what is none. Source: time.ParseDuration. */
export function parseDuration(text: string): number | undefined {
  const [, sign, body = ''] = /^([+-]?)(.*)$/.exec(text) ?? [];
  if (body === '0') return 0;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined;
  let totalMs = 0;
  for (const [, value = '0', unit = 's'] of body.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g))
    totalMs += Number(value) * (UNIT_MS[unit] ?? 0);
  return sign === '-' ? -totalMs : totalMs;
}
