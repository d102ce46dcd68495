import { badRequest, failure } from '#apimachinery/status.ts';
import type { Call } from './core.ts';

/** How long a read waits for a revision that the cache does not show yet. Source: cacher's blockTimeout. */
const WAIT_MS = 3_000;

/** Waits until the cache may answer: for all acknowledged writes, or for the revision that the request names. */
export async function awaitRevision(call: Call): Promise<void> {
  const { core, request } = call;
  const wanted = parseRevision(request.options.resourceVersion);
  if (wanted === undefined) await core.cache.fresh(request.signal);
  else if (wanted > core.cache.revision) await waitOrRefuse(call, wanted);
}

async function waitOrRefuse({ core, request }: Call, wanted: number): Promise<void> {
  const giveUp = new AbortController();
  const cancel = core.clock.after(WAIT_MS, () => giveUp.abort());
  const signal = request.signal ? AbortSignal.any([request.signal, giveUp.signal]) : giveUp.signal;
  try {
    await core.cache.waitFor(wanted, signal);
  } catch (error) {
    if (!giveUp.signal.aborted) throw error;
    throw tooLargeRevision(wanted, core.cache.revision);
  } finally {
    cancel();
  }
}

function tooLargeRevision(wanted: number, current: number) {
  return failure({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}

/** Undefined where the client names none. @throws {StatusError} 400 */
export function parseRevision(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return Number(text);
}
