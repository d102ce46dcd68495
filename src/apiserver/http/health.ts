import type { PathAnswer } from './path-answer.ts';

/** One question about the server's health; throws or rejects when the answer is no. */
export interface HealthCheck {
  /** `etcd`, `poststarthook/rbac/bootstrap-roles` … */
  readonly name: string;
  readonly check: () => void | Promise<void>;
  /** `/livez` leaves out what only says that the server is not ready yet. */
  readonly isLiveness?: boolean;
}

interface ReportOptions {
  readonly checks: readonly HealthCheck[];
  readonly query: URLSearchParams;
  /** The one check asked for by path. */
  readonly only: string | undefined;
}

const PING: HealthCheck = { name: 'ping', check: () => {}, isLiveness: true };

/** `/healthz`, `/livez`, `/readyz`, with `?verbose` and `?exclude=`. Source: apiserver/pkg/server/healthz. */
export async function healthReport(
  kind: 'healthz' | 'livez' | 'readyz',
  { checks, query, only }: ReportOptions,
): Promise<PathAnswer | undefined> {
  const all = [PING, ...checks].filter((check) => kind !== 'livez' || check.isLiveness === true);
  const excluded = new Set(query.getAll('exclude'));
  const asked =
    only === undefined ? all.filter(({ name }) => !excluded.has(name)) : all.filter((one) => one.name === only);
  if (only !== undefined && asked.length === 0) return undefined;
  const failed = await failuresOf(asked);
  const contentType = 'text/plain; charset=utf-8';
  const headers = { 'X-Content-Type-Options': 'nosniff' };
  if (failed.size === 0 && !query.has('verbose')) return { contentType, body: 'ok', headers };
  const lines = asked.map(({ name }) => (failed.has(name) ? `[-]${name} failed: reason withheld` : `[+]${name} ok`));
  const left = all
    .filter(({ name }) => only === undefined && excluded.has(name))
    .map(({ name }) => `[+]${name} excluded: ok`);
  const verdict = failed.size === 0 ? `${kind} check passed` : `${kind} check failed`;
  return {
    code: failed.size === 0 ? 200 : 500,
    contentType,
    body: `${[...lines, ...left, verdict].join('\n')}\n`,
    headers,
  };
}

async function failuresOf(checks: readonly HealthCheck[]): Promise<Set<string>> {
  const failed = new Set<string>();
  await Promise.all(
    checks.map(async ({ name, check }) => {
      try {
        await check();
      } catch {
        // Why a check failed is withheld from callers, as upstream does; the check itself logs it.
        failed.add(name);
      }
    }),
  );
  return failed;
}
