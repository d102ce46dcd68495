import { setTimeout as sleep } from 'node:timers/promises';
import protobuf from 'protobufjs/light.js';
import type { Logger } from '#base/log.ts';
import type { ContainerService, SandboxService } from '../runtime.ts';
import type { Cri } from './cri.ts';

export interface EventSource {
  readonly cri: Cri;
  readonly sandboxes: SandboxService;
  readonly containers: ContainerService;
  readonly log: Logger;
}

/** A full look this often catches whatever the event stream lost. */
const LOOK_EVERY_MS = 10_000;
const RECONNECT_AFTER_MS = 200;

interface Envelope {
  readonly topic: string;
  readonly namespace: string;
  readonly event: { readonly value: Uint8Array } | null;
}

/** Pods whose sandbox or containers changed state: containerd's own events within milliseconds, a full look as the net. */
export async function* podEvents(source: EventSource, signal: AbortSignal): AsyncGenerator<{ podUid: string }> {
  const queue = new Set<string>();
  let wake = () => {};
  const report = (podUid: string) => {
    queue.add(podUid);
    wake();
  };
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  const known = new Map<string, KnownState>();
  const look = () => lookAround(source, known).then((changed) => changed.forEach(report));
  const work = Promise.all([listen(source, { stop, known, look, report }), lookRegularly(source, look, stop)]);
  stop.addEventListener('abort', () => wake(), { once: true });
  try {
    while (!stop.aborted) {
      const [podUid] = queue;
      if (podUid === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      queue.delete(podUid);
      yield { podUid };
    }
  } finally {
    ended.abort();
    await work;
  }
}

interface KnownState {
  readonly podUid: string;
  readonly state: string;
}

interface Listening {
  readonly stop: AbortSignal;
  readonly known: ReadonlyMap<string, KnownState>;
  readonly look: () => Promise<void>;
  readonly report: (podUid: string) => void;
}

async function listen(source: EventSource, listening: Listening): Promise<void> {
  const { stop } = listening;
  while (!stop.aborted) {
    await subscribe(source, listening).catch((error: unknown) => {
      if (!stop.aborted) source.log.debug('event stream of containerd broke', { err: error });
    });
    await sleep(RECONNECT_AFTER_MS, undefined, { signal: stop, ref: false }).catch(() => {}); // aborted: the loop ends
  }
}

async function subscribe({ cri, containers }: EventSource, { stop, known, look, report }: Listening): Promise<void> {
  const method = 'containerd.services.events.v1.Events/Subscribe';
  const request = { filters: ['topic~="/tasks/"', 'topic~="/containers/"'] };
  for await (const envelope of cri.channel.serverStream<Envelope>(method, request, stop)) {
    const id = containerOf(envelope);
    if (id === undefined) continue;
    const tell = async () => {
      await settled(containers, envelope, id);
      const podUid = known.get(id)?.podUid;
      if (podUid === undefined) await look();
      else report(podUid);
    };
    void tell().catch(() => {}); // containerd is gone: the next look tells
  }
}

/** The container that an event is about; undefined for exec processes and foreign namespaces. */
function containerOf({ topic, namespace, event }: Envelope): string | undefined {
  if (namespace !== 'k8s.io' || !event || topic.startsWith('/tasks/exec')) return undefined;
  const { 1: container, 2: process } = textFields(event.value);
  if (topic === '/tasks/exit' && process !== container) return undefined;
  return container;
}

/** Every event of containerd has its container's id as field 1; TaskExit has the process's as field 2. */
function textFields(bytes: Uint8Array): Record<number, string | undefined> {
  const fields: Record<number, string> = {};
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if ((tag & 7) === 2 && tag >>> 3 <= 2) fields[tag >>> 3] = reader.string();
    else reader.skipType(tag & 7);
  }
  return fields;
}

/** containerd sends the exit a moment before its CRI part knows of it; who looks too early sees it running still. */
async function settled(containers: ContainerService, { topic }: Envelope, id: string): Promise<void> {
  if (topic !== '/tasks/exit') return;
  for (let waitMs = 2; waitMs < 500; waitMs *= 2) {
    const status = await containers.status(id);
    if (status?.state !== 'running') return;
    await sleep(waitMs, undefined, { ref: false });
  }
}

async function lookRegularly({ log }: EventSource, look: () => Promise<void>, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await look().catch((error: unknown) => log.debug('containerd does not answer', { err: error }));
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop, ref: false }).catch(() => {}); // aborted: the loop ends
  }
}

/** Compares all that there is with what was known. @returns the pods of what differs. */
async function lookAround(
  { sandboxes, containers }: EventSource,
  known: Map<string, KnownState>,
): Promise<readonly string[]> {
  const [allSandboxes, allContainers] = await Promise.all([sandboxes.list(), containers.list()]);
  const now = new Map<string, KnownState>();
  for (const { id, pod, isReady } of allSandboxes)
    now.set(id, { podUid: pod.uid, state: isReady ? 'ready' : 'notready' });
  for (const { id, podUid, state } of allContainers) now.set(id, { podUid, state });
  const changed = new Set<string>();
  for (const [id, { podUid, state }] of now) if (known.get(id)?.state !== state) changed.add(podUid);
  for (const [id, { podUid }] of known) if (!now.has(id)) changed.add(podUid);
  known.clear();
  for (const [id, state] of now) known.set(id, state);
  return [...changed];
}
