import { services } from '#api/core/v1/service.ts';
import { endpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { InformerSet } from '#client/informer.ts';
import { trackChanges } from './change-tracker.ts';
import { startHealthChecks } from './health-check.ts';
import type { ProxyBackend } from './state.ts';

export interface ProxyOptions {
  readonly informers: InformerSet;
  readonly nodeName: string;
  /** The node's `topology.kubernetes.io/zone`, for hints. */
  readonly zone?: (() => string | undefined) | undefined;
  readonly backend: ProxyBackend;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Changes that come this close together make one transaction. */
const GATHER_MS = 10;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** How often the kernel is asked whether the rules are still there. */
const CHECK_EVERY_MS = 30_000;

/**
 * The service proxy of one node: what Services and EndpointSlices say, kept in the kernel. Resolves after the first
 * sync. Disposing stops the upkeep and leaves the rules, as upstream does.
 */
export async function startProxy({
  informers,
  nodeName,
  zone,
  backend,
  log,
  clock,
}: ProxyOptions): Promise<AsyncDisposable> {
  const stop = new AbortController();
  const serviceInformer = informers.for(services);
  const sliceInformer = informers.for(endpointSlices);
  let wake = () => {};
  let isDirty = true;
  const tracker = trackChanges({
    services: serviceInformer,
    slices: sliceInformer,
    topology: () => ({ nodeName, zone: zone?.() }),
    onChange: () => {
      isDirty = true;
      wake();
    },
  });
  await informers.synced(stop.signal);
  const healthChecks = startHealthChecks({ services: serviceInformer, slices: sliceInformer, nodeName, log });
  const sync = async () => {
    isDirty = false;
    const startedMs = performance.now();
    await backend.sync(tracker.state());
    await healthChecks.sync();
    log.debug('service rules are current', { tookMs: Math.round(performance.now() - startedMs) });
  };
  const untilDirty = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
      if (isDirty || stop.signal.aborted) resolve();
    });
  const run = async () => {
    let retryMs = FIRST_RETRY_MS;
    for (;;) {
      await untilDirty();
      if (stop.signal.aborted) return;
      await clock.sleep(GATHER_MS, stop.signal);
      try {
        await sync();
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        log.error('service rules could not be changed', { err: error, retryMs });
        isDirty = true;
        await clock.sleep(retryMs, stop.signal);
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
  };
  const check = async () => {
    for (;;) {
      await clock.sleep(CHECK_EVERY_MS, stop.signal);
      if (await backend.isIntact().catch(() => false)) continue;
      log.warn('service rules were removed by somebody and are made again');
      isDirty = true;
      wake();
    }
  };
  await sync().catch((error: unknown) => {
    log.error('service rules could not be changed', { err: error, retryMs: FIRST_RETRY_MS });
    isDirty = true;
  });
  const work = Promise.all([run(), check()]).catch((error: unknown) => {
    if (!stop.signal.aborted) log.error('service proxy stopped', { err: error });
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      wake();
      tracker[Symbol.dispose]();
      await work;
      await healthChecks[Symbol.asyncDispose]();
    },
  };
}
