import { events } from '#api/core/v1/event.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { ObjectReference } from '#gen/core/v1.ts';
import type { Client } from './client.ts';
import { createEventCorrelator, type EventDecision } from './event-aggregation.ts';
import type { EventInput, EventRecorder } from './event-recorder.ts';

export interface EventRecorderOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** `deployment-controller`, `kubelet`: source and reporting component of the events. */
  readonly component: string;
  /** The node's name, for components that run on one. */
  readonly host?: string | undefined;
}

/** Events wait in line up to this many; beyond, the newest are dropped. */
const QUEUE_LIMIT = 1000;

/** A recorder that counts repeated events into one, sums up similar ones and lets nobody flood the store. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { clock, log } = options;
  const correlator = createEventCorrelator();
  const queue: (() => Promise<void>)[] = [];
  let isDraining = false;

  async function drain(): Promise<void> {
    for (let next = queue.shift(); next; next = queue.shift()) {
      // Events inform; losing one must not disturb whoever reported it.
      await next().catch((error: unknown) => log.debug('event not written', { err: error }));
    }
    isDraining = false;
  }

  return {
    event(about, event) {
      if (queue.length >= QUEUE_LIMIT) return;
      const nowMs = clock.now();
      queue.push(() => write(about, event, nowMs));
      if (isDraining) return;
      isDraining = true;
      queueMicrotask(() => void drain());
    },
  };

  async function write(about: KubeObject, event: EventInput, nowMs: number): Promise<void> {
    const decision = correlator.decide(about, event, nowMs);
    if (decision.type === 'drop') return;
    if (decision.type === 'count' && (await counted(about, decision, nowMs))) return;
    const { client } = options;
    const created = await client.create(events, fresh(options, { about, event, message: decision.message, nowMs }));
    correlator.observed(decision.key, { name: created.metadata.name, count: 1 });
  }

  async function counted(
    about: KubeObject,
    decision: EventDecision & { type: 'count' },
    nowMs: number,
  ): Promise<boolean> {
    const { key, name, count, message } = decision;
    const namespace = namespaceOf(about);
    const patch = { count, lastTimestamp: stamp(nowMs), message };
    try {
      await options.client.patch(
        events,
        { namespace, name },
        { patchType: 'application/strategic-merge-patch+json', patch },
      );
      correlator.observed(key, { name, count });
      return true;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      correlator.forget(key);
      return false;
    }
  }
}

const stamp = (nowMs: number): string => `${new Date(nowMs).toISOString().slice(0, 19)}Z`;

/** What concerns the whole cluster is told in `default`. */
const namespaceOf = ({ metadata }: KubeObject): string => metadata.namespace || 'default';

let lastNanos = 0n;

/** Nanoseconds as hex, never the same twice in one process. */
function uniqueSuffix(nowMs: number): string {
  const nanos = BigInt(Math.floor(nowMs)) * 1_000_000n;
  lastNanos = nanos > lastNanos ? nanos : lastNanos + 1n;
  return lastNanos.toString(16);
}

/** The reference that an event holds of its subject. */
export function referenceTo(about: KubeObject, fieldPath?: string): ObjectReference {
  const { namespace, name, uid, resourceVersion } = about.metadata;
  const { apiVersion, kind } = about;
  return {
    kind,
    ...(namespace && { namespace }),
    name,
    uid,
    apiVersion,
    resourceVersion,
    ...(fieldPath && { fieldPath }),
  };
}

interface Fresh {
  readonly about: KubeObject;
  readonly event: EventInput;
  readonly message: string;
  readonly nowMs: number;
}

function fresh({ component, host }: EventRecorderOptions, { about, event, message, nowMs }: Fresh) {
  const at = stamp(nowMs);
  return {
    metadata: { name: `${about.metadata.name}.${uniqueSuffix(nowMs)}`, namespace: namespaceOf(about) },
    involvedObject: referenceTo(about, event.fieldPath),
    reason: event.reason,
    message: message.slice(0, 1024),
    source: { component, ...(host && { host }) },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    type: event.type,
    reportingComponent: component,
    reportingInstance: host ?? '',
  };
}
