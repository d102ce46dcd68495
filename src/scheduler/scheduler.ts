/**
 * Gives every pod a node. One pod is decided at a time, on a snapshot that counts earlier decisions as done; binding
 * goes on behind. Every attempt is recorded with the verdict of each filter and score.
 */

import { pods } from '#api/core/v1/pod.ts';
import { keyOf } from '#apimachinery/object.ts';
import { isConflict, isNotFound } from '#apimachinery/status.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from '#client/event-recorder.ts';
import type { InformerSet } from '#client/informer.ts';
import type { Pod } from '#gen/core/v1.ts';
import { type AttemptLog, createAttemptLog } from './attempts.ts';
import { SchedulerCache } from './cache.ts';
import { type Cycle, createCycle, type Enabled, type Placement, settle } from './cycle.ts';
import { failureMessage, pluginsOf } from './failure-message.ts';
import { followCluster } from './follow-cluster.ts';
import { type CycleState, isRejected, type Status, success } from './framework.ts';
import { defaultPlugins } from './plugins/index.ts';
import { type QueuedPod, SchedulingQueue } from './queue.ts';

export interface SchedulerOptions {
  /** Acts as `system:kube-scheduler`. */
  readonly client: Client;
  readonly informers: InformerSet;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly log: Logger;
  /** Pods whose `spec.schedulerName` is this; default `default-scheduler`. */
  readonly schedulerName?: string;
}

export interface Scheduler extends AsyncDisposable {
  readonly attempts: AttemptLog;
  readonly queueCounts: SchedulingQueue['counts'];
}

export function startScheduler(options: SchedulerOptions): Scheduler {
  const { client, informers, clock, events, log } = options;
  const stop = new AbortController();
  const cache = new SchedulerCache();
  const queue = new SchedulingQueue(clock);
  const attempts = createAttemptLog();
  // Preemption asks the cycle that its own plugin is part of.
  const runFilters: Cycle['runFilters'] = (state, pod, node) => cycle.runFilters(state, pod, node);
  const handle = { client, informers, snapshot: () => cache, runFilters, signal: stop.signal };
  const enabled = defaultPlugins.map(({ create, weight = 1 }): Enabled => ({ plugin: create(handle), weight }));
  const cycle = createCycle(enabled);
  const binding = new Set<Promise<void>>();

  const gate = (pod: Pod): Status => {
    for (const { plugin } of enabled) {
      const status = plugin.preEnqueue?.(pod) ?? success;
      if (status.code !== 'Success') return { ...status, plugin: plugin.name };
    }
    return success;
  };

  function record(entry: QueuedPod, placement: Placement, outcome: Outcome): void {
    const { pod } = entry;
    const refused = [...placement.failures].map(([node, { plugin = '', reasons }]) => ({ node, plugin, reasons }));
    const scored = placement.scored.map(({ node, total, scores }) => ({ node: node.name, total, scores }));
    const { startedMs, ...rest } = outcome;
    attempts.record({
      pod: keyOf(pod),
      uid: pod.metadata.uid,
      attempt: entry.attempts,
      atMs: startedMs,
      tookMs: clock.now() - startedMs,
      ...rest,
      refused,
      scored,
    });
  }

  async function schedule(entry: QueuedPod): Promise<void> {
    const startedMs = clock.now();
    const { pod } = entry;
    const placement = cycle.place(pod, cache);
    const node = placement.best;
    if (!node) {
      const message = await reject(entry, placement);
      return record(entry, placement, { startedMs, result: 'unschedulable', message });
    }
    const reserved = reserve(placement.state, pod, node.name);
    if (reserved.code !== 'Success') {
      const message = reserved.reasons.join(', ');
      const plugins = new Set(reserved.plugin && isRejected(reserved) ? [reserved.plugin] : []);
      await report(entry, { message, plugins });
      return record(entry, placement, { startedMs, result: 'error', message });
    }
    cache.assume(pod, node.name);
    record(entry, placement, { startedMs, result: 'scheduled', nodeName: node.name });
    const bound = bind(entry, placement.state, node.name).finally(() => binding.delete(bound));
    binding.add(bound);
  }

  function reserve(state: CycleState, pod: Pod, nodeName: string): Status {
    for (const { plugin } of enabled) {
      const status = plugin.reserve?.(state, pod, nodeName) ?? success;
      if (status.code === 'Success') continue;
      unreserve(state, pod, nodeName);
      return { ...status, plugin: plugin.name };
    }
    return success;
  }

  function unreserve(state: CycleState, pod: Pod, nodeName: string): void {
    for (const { plugin } of enabled.toReversed()) plugin.unreserve?.(state, pod, nodeName);
  }

  async function bind(entry: QueuedPod, state: CycleState, nodeName: string): Promise<void> {
    const { pod } = entry;
    const status = await runBinders(state, pod, nodeName);
    if (status.code === 'Success') {
      queue.done(keyOf(pod));
      events.event(pod, {
        type: 'Normal',
        reason: 'Scheduled',
        message: `Successfully assigned ${keyOf(pod)} to ${nodeName}`,
      });
      return;
    }
    cache.forget(keyOf(pod));
    unreserve(state, pod, nodeName);
    if (stop.signal.aborted) return;
    await report(entry, { message: `binding rejected: ${status.reasons.join(', ')}`, plugins: new Set() });
    queue.moveAllFor(new Set(enabled.map(({ plugin }) => plugin.name)));
  }

  async function runBinders(state: CycleState, pod: Pod, nodeName: string): Promise<Status> {
    for (const { plugin } of enabled) {
      const status = await settle(async () => (await plugin.preBind?.(state, pod, nodeName)) ?? success);
      if (status.code !== 'Success' && status.code !== 'Skip') return status;
    }
    for (const { plugin } of enabled) {
      if (!plugin.bind) continue;
      const status = await settle(async () => (await plugin.bind?.(state, pod, nodeName)) ?? success);
      if (status.code !== 'Skip') return status;
    }
    return { code: 'Error', reasons: ['no plugin binds pods'] };
  }

  /** No node fits: tries to make room, then tells the user. @returns the message. */
  async function reject(entry: QueuedPod, placement: Placement): Promise<string> {
    const { pod } = entry;
    const also: string[] = [];
    let nominated: string | undefined;
    for (const { plugin } of enabled) {
      if (!plugin.postFilter || (placement.refusal && !isRejected(placement.refusal))) continue;
      const result = await plugin.postFilter(placement.state, pod, placement.failures);
      also.push(...result.status.reasons);
      nominated = result.nominatedNodeName ?? nominated;
    }
    const { refusal } = placement;
    const message = refusal && refusal.code === 'Error' ? refusal.reasons.join(', ') : describe(placement, also);
    const plugins = pluginsOf(refusal ? [refusal] : placement.failures.values());
    await report(entry, { message, plugins, nominated });
    return message;
  }

  function describe({ refusal, failures }: Placement, also: readonly string[]): string {
    if (!refusal) return failureMessage(cache.nodes.length, failures, also);
    return failureMessage(cache.nodes.length, new Map(), [`${refusal.reasons.join(', ')}.`, ...also]);
  }

  async function report(entry: QueuedPod, { message, plugins, nominated }: Rejection): Promise<void> {
    const { pod } = entry;
    queue.requeue(entry, plugins);
    events.event(pod, { type: 'Warning', reason: 'FailedScheduling', message });
    await markUnschedulable(pod, message, nominated).catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error))
        log.warn('pod condition was not written', { pod: keyOf(pod), err: error });
    });
  }

  async function markUnschedulable(pod: Pod, message: string, nominated: string | undefined): Promise<void> {
    const known = pod.status.conditions?.find(({ type }) => type === 'PodScheduled');
    const isTold = known?.status === 'False' && known.message === message;
    if (isTold && (nominated === undefined || pod.status.nominatedNodeName === nominated)) return;
    const since = known?.status === 'False' ? known.lastTransitionTime : undefined;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastTransitionTime: since ?? `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
      observedGeneration: pod.metadata.generation,
    };
    const status = { conditions: [condition], ...(nominated !== undefined && { nominatedNodeName: nominated }) };
    await client.patch(
      pods,
      { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, subresource: 'status' },
      { patchType: 'application/strategic-merge-patch+json', patch: { metadata: { uid: pod.metadata.uid }, status } },
      { signal: stop.signal },
    );
  }

  const schedulerName = options.schedulerName ?? 'default-scheduler';
  const unfollow = followCluster({ informers, cache, queue, enabled, gate, schedulerName });
  const running = (async () => {
    await informers.synced(stop.signal).catch(() => {}); // stopped before it began
    for (;;) {
      const entry = await queue.next(stop.signal);
      if (!entry) return;
      await schedule(entry).catch((error: unknown) => {
        log.error('pod could not be scheduled', { pod: keyOf(entry.pod), err: error });
        queue.requeue(entry, new Set());
      });
    }
  })();

  return {
    attempts,
    get queueCounts() {
      return queue.counts;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      unfollow();
      queue.close();
      await running;
      await Promise.allSettled(binding);
    },
  };
}

interface Rejection {
  readonly message: string;
  readonly plugins: ReadonlySet<string>;
  readonly nominated?: string | undefined;
}

interface Outcome {
  readonly startedMs: number;
  readonly result: 'scheduled' | 'unschedulable' | 'error';
  readonly nodeName?: string;
  readonly message?: string;
}
