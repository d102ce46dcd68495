/** What a load gave: calls a second, and how long single calls took. */
export interface Figures {
  readonly calls: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Runs `call` in `workers` loops at once, for `seconds`. `call` gets the number of the call, from 0. */
export async function load(
  { workers, seconds }: { readonly workers: number; readonly seconds: number },
  call: (number: number) => Promise<unknown>,
): Promise<Figures> {
  const took: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let next = 0;
  const loop = async () => {
    for (let start = performance.now(); start < end; start = performance.now()) {
      await call(next++);
      took.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: workers }, loop));
  const elapsed = (performance.now() - begin) / 1000;
  took.sort((a, b) => a - b);
  const at = (part: number) => took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? Number.NaN;
  return { calls: took.length, perSecond: took.length / elapsed, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** One line of a report. */
export function line(what: string, { calls, perSecond, p50Ms, p99Ms }: Figures): string {
  const rate = `${perSecond.toFixed(0)}/s`;
  return `${what.padEnd(34)} ${rate.padStart(9)}   p50 ${p50Ms.toFixed(2)} ms   p99 ${p99Ms.toFixed(2)} ms   (${calls} calls)`;
}
