/**
 * Runs controllers: turns informer changes into keys, keys into reconciles, and failures into delays. It knows no kind.
 * It keeps true that a key is never reconciled twice at once, nor before the informers show what its last run wrote.
 */
import { isConflict, isNotFound } from '#apimachinery/status.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from '#client/event-recorder.ts';
import type { OwnWrite, TrackingInformerSet } from '#client/informer-set.ts';
import { bindableClient } from './bindable-client.ts';
import type { Controller, ControllerFactory, ControllerOptions } from './controller.ts';
import { TerminalError } from './errors.ts';
import { createQueueMetrics, type QueueMetrics } from './metrics.ts';
import { createOwnWrites, type OwnWrites } from './own-writes.ts';
import { WorkQueue } from './work-queue.ts';

export interface StartControllersOptions {
  readonly controllers: readonly ControllerFactory[];
  /** A client that acts as the service account `kube-system/<name>`; see `controllerUser`. */
  readonly clientFor: (controllerName: string) => Client;
  readonly informers: TrackingInformerSet;
  readonly clock: Clock;
  /** The recorder whose events name `controllerName` as their source. */
  readonly eventsFor: (controllerName: string) => EventRecorder;
  readonly log: Logger;
  readonly options: ControllerOptions;
  readonly metrics?: QueueMetrics | undefined;
}

/** How long a key waits for the informers to show its own writes before it is looked at regardless. */
const CATCH_UP_MS = 5_000;
const DEFAULT_WORKERS = 5;

/** Makes every controller, waits for the informers, and runs until disposed; disposing waits for running reconciles. */
export function startControllers(given: StartControllersOptions): AsyncDisposable {
  const stop = new AbortController();
  const writes = createOwnWrites();
  const metrics = given.metrics ?? createQueueMetrics();
  const running = given.controllers.map((factory) =>
    run(make(factory, given, writes), { ...given, metrics, writes, signal: stop.signal }),
  );
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
    },
  };
}

interface Running extends StartControllersOptions {
  readonly metrics: QueueMetrics;
  readonly writes: OwnWrites;
  readonly signal: AbortSignal;
}

function make(factory: ControllerFactory, given: StartControllersOptions, writes: OwnWrites): Controller {
  const { client, bind } = bindableClient();
  let recorder: EventRecorder | undefined;
  const controller = factory({
    client,
    informers: given.informers,
    clock: given.clock,
    events: { event: (about, event) => recorder?.event(about, event) },
    log: given.log,
    options: given.options,
  });
  bind(writes.wrap(given.clientFor(controller.name)));
  recorder = given.eventsFor(controller.name);
  for (const { resource } of controller.watches) given.informers.for(resource);
  return controller;
}

async function run(controller: Controller, given: Running): Promise<void> {
  const { informers, clock, signal, metrics } = given;
  const queue = new WorkQueue(clock);
  const add = (key: string) => {
    metrics.added(controller.name);
    queue.add(key);
    metrics.depth(controller.name, queue.depth);
  };
  signal.addEventListener('abort', () => queue.close(), { once: true });
  try {
    await informers.synced(signal);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  controller.start?.(add, signal);
  const unsubscribe = controller.watches.map(({ resource, keysFor }) =>
    informers.for(resource).onChange((change) => {
      const previous = change.type === 'set' ? change.previous : undefined;
      for (const key of keysFor(change.object, previous)) add(key);
    }),
  );
  const workers = Array.from({ length: controller.workers ?? DEFAULT_WORKERS }, () =>
    work({ controller, queue }, given),
  );
  await Promise.all(workers);
  for (const stopListening of unsubscribe) stopListening();
}

interface Loop {
  readonly controller: Controller;
  readonly queue: WorkQueue;
}

async function work(loop: Loop, given: Running): Promise<void> {
  const { controller, queue } = loop;
  for (;;) {
    const key = await queue.take();
    if (key === undefined) return;
    const startedMs = performance.now();
    given.metrics.depth(controller.name, queue.depth);
    const noted: OwnWrite[] = [];
    await attempt(loop, key, { ...given, noted });
    await catchUp(noted, given);
    given.metrics.worked(controller.name, (performance.now() - startedMs) / 1000);
    queue.done(key);
  }
}

async function attempt(
  { controller, queue }: Loop,
  key: string,
  given: Running & { noted: OwnWrite[] },
): Promise<void> {
  const { signal, writes, noted, metrics } = given;
  const log = given.log.child({ controller: controller.name, key });
  try {
    const result = await writes.during(noted, () => controller.reconcile({ key, signal, log }));
    queue.forget(key);
    if (result) queue.addAfter(key, result.requeueAfterMs);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof TerminalError) {
      queue.forget(key);
      log.error('reconcile gave up', { err: error });
      return;
    }
    metrics.retried(controller.name);
    queue.retry(key);
    // Conflicts, and objects gone meanwhile, are the daily bread of optimistic concurrency; the rest deserves a look.
    if (isConflict(error) || isNotFound(error)) log.debug('reconcile was overtaken', { err: error });
    else log.warn('reconcile failed', { err: error });
  }
}

async function catchUp(noted: readonly OwnWrite[], { informers, signal }: Running): Promise<void> {
  if (noted.length === 0) return;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CATCH_UP_MS)]);
  // Coming too late is no failure: the key is then reconciled again by the change itself.
  await Promise.all(noted.map((write) => informers.caughtUpWith(write, limit))).catch(() => undefined);
}
