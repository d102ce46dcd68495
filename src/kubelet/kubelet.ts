import { mkdir, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pods } from '#api/core/v1/pod.ts';
import { services } from '#api/core/v1/service.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from '#client/event-recorder.ts';
import type { InformerSet } from '#client/informer.ts';
import type { Pod, Taint } from '#gen/core/v1.ts';
import { createGate } from './admission/gate.ts';
import { noCgroups, type PodCgroups } from './cgroups.ts';
import { parseResolvConf } from './config/dns.ts';
import { watchReferences } from './config/reference-watch.ts';
import { clientReferences, referencedBy } from './config/references.ts';
import type { KubeletContext } from './context.ts';
import { collectDead, collectImages, rotateLogs } from './gc/collect.ts';
import { createImagePuller } from './images/puller.ts';
import { createHandlerRunner } from './lifecycle/handlers.ts';
import { keepNode, registerNode } from './node/node-keeper.ts';
import type { NodeFacts } from './node/node-object.ts';
import { isTerminal, uidOf } from './pod/containers.ts';
import { wholeValue } from './pod/quantity.ts';
import { createProbes } from './probes/probes.ts';
import type { ContainerRuntime } from './runtimes/runtime.ts';
import { startServer } from './server/server.ts';
import type { ServingOptions } from './server/serving-options.ts';
import { createBackoff } from './sync/backoff.ts';
import { cleanUpPod } from './sync/clean-up.ts';
import { type PodWorker, startPodWorker } from './sync/pod-worker.ts';

export interface KubeletOptions {
  /** Carries the identity `system:node:<name>`. */
  readonly client: Client;
  readonly informers: InformerSet;
  readonly runtime: ContainerRuntime;
  readonly nodeName: string;
  readonly nodeIPs: readonly string[];
  readonly rootDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly cgroups?: PodCgroups | undefined;
  /** `/kubepods`, or a name of its own for each node of one machine. */
  readonly cgroupBase?: string | undefined;
  readonly clusterDNS?: readonly string[] | undefined;
  readonly clusterDomain?: string | undefined;
  /** The text of the node's resolv.conf. */
  readonly resolvConf?: string | undefined;
  readonly serving?: ServingOptions | undefined;
  readonly maxPods?: number | undefined;
  readonly nodeLabels?: Readonly<Record<string, string>> | undefined;
  readonly taints?: readonly Taint[] | undefined;
  readonly seccompDefault?: boolean | undefined;
  /** Stands in for the machine's capacity, for simulated nodes. */
  readonly capacity?: Readonly<Record<string, string>> | undefined;
  readonly kubeletVersion?: string | undefined;
  /** Whether volumes may be mounts of their own; default: when root. */
  readonly mayMount?: boolean | undefined;
}

export interface Kubelet extends AsyncDisposable {
  readonly nodeName: string;
  /** Where the server listens; 0 where it does not. */
  readonly port: number;
  /** The pods of this node, as it knows them. */
  pods(): readonly Pod[];
}

/** Starts the node agent: registers the node, runs its pods and serves their streams until disposed; pods go on running. */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const { client, informers, runtime, nodeName, nodeIPs, rootDir, clock, log, events } = options;
  await mkdir(join(rootDir, 'pods'), { recursive: true });
  const stop = new AbortController();
  const podInformer = informers.for(pods, { fieldSelector: `spec.nodeName=${nodeName}` });
  const serviceInformer = informers.for(services);
  const workers = new Map<string, PodWorker>();
  const references = clientReferences(client);
  const server = await startServer({
    serving: options.serving,
    runtime,
    pods: () => [...workers.values()].map(({ pod }) => pod),
    nodeName,
    clock,
    log,
  });
  const facts: NodeFacts = {
    nodeName,
    nodeIPs,
    port: server.port,
    maxPods: options.maxPods ?? 110,
    rootDir,
    labels: options.nodeLabels ?? {},
    taints: options.taints ?? [],
    kubeletVersion: options.kubeletVersion ?? 'v1.36.0',
    capacity: options.capacity,
  };
  const deps = { client, clock, log, runtime, signal: stop.signal };
  const node = await registerNode(facts, deps);
  await informers.synced(stop.signal);
  const allocatable = node.status?.allocatable ?? {};
  const context: KubeletContext = {
    client,
    runtime,
    clock,
    log,
    events,
    rootDir,
    mayMount: options.mayMount ?? process.getuid?.() === 0,
    nodeIPs,
    references,
    allocatable,
    nodeMemoryBytes: wholeValue(node.status?.capacity?.['memory']),
    dns: {
      clusterDNS: options.clusterDNS ?? ['10.96.0.10'],
      clusterDomain: options.clusterDomain ?? 'cluster.local',
      host: parseResolvConf(options.resolvConf ?? ''),
    },
    security: { seccompRoot: join(rootDir, 'seccomp'), seccompDefault: options.seccompDefault },
    cgroups: options.cgroups ?? noCgroups,
    cgroupBase: options.cgroupBase ?? '/kubepods',
    services: () => serviceInformer.list(),
    puller: createImagePuller({ images: runtime.images, clock, events, references }),
    probes: createProbes({
      clock,
      events,
      containers: runtime.containers,
      nodeIP: nodeIPs[0] ?? '',
      changed: (uid) => workers.get(uid)?.wake(),
    }),
    handlers: createHandlerRunner(runtime.containers, clock),
    restarts: createBackoff({ now: () => clock.now(), initialMs: 10_000, maxMs: 300_000 }),
  };
  const watched = watchReferences(client, { clock, signal: stop.signal, changed: (uid) => workers.get(uid)?.wake() });

  const gate = createGate({
    client,
    clock,
    events,
    log,
    node,
    running: () => [...workers.values()].map((worker) => worker.pod),
    admitted: (pod) => set(pod),
  });
  const set = (pod: Pod) => {
    const uid = uidOf(pod);
    const worker = workers.get(uid);
    if (!worker && !gate.passes(pod)) return;
    if (!isTerminal(pod)) watched.hold(uid, referencedBy(pod));
    if (worker) return worker.update(pod);
    workers.set(
      uid,
      startPodWorker(pod, context, () => drop(uid)),
    );
  };
  const drop = (uid: string) => {
    watched.hold(uid, new Set());
    workers.delete(uid);
  };
  const unsubscribe = podInformer.onChange((change) => {
    if (change.type === 'set') set(change.object);
    else {
      gate.forget(uidOf(change.object));
      workers.get(uidOf(change.object))?.update(undefined);
    }
  });
  const loops = [
    keepNode(facts, deps),
    followRuntime(runtime, stop.signal, { clock, log, wake: (uid) => workers.get(uid)?.wake() }),
    relist(context, stop.signal, { workers, isKnown: (uid) => podInformer.list().some((pod) => uidOf(pod) === uid) }),
  ];
  log.info('kubelet started', { node: nodeName, port: server.port });
  return {
    nodeName,
    port: server.port,
    pods: () => [...workers.values()].map(({ pod }) => pod),
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the kubelet stops'));
      unsubscribe();
      await Promise.all([...workers.values()].map((worker) => worker[Symbol.asyncDispose]()));
      await Promise.allSettled(loops);
      await watched[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function followRuntime(
  runtime: ContainerRuntime,
  signal: AbortSignal,
  { clock, log, wake }: { clock: Clock; log: Logger; wake: (podUid: string) => void },
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const { podUid } of runtime.events(signal)) wake(podUid);
    } catch (error) {
      if (!signal.aborted) log.warn('runtime events broke off', { err: error });
    }
    await clock.sleep(1000, signal).catch(() => {});
  }
}

const RELIST_MS = 60_000;

/** Once a minute: wakes every worker, and removes what pods that are gone have left behind. */
async function relist(
  context: KubeletContext,
  signal: AbortSignal,
  { workers, isKnown }: { workers: ReadonlyMap<string, PodWorker>; isKnown: (podUid: string) => boolean },
): Promise<void> {
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      await removeOrphans(context, (uid) => workers.has(uid) || isKnown(uid));
      await collectDead(context.runtime);
      await rotateLogs(context.runtime, context.clock.now());
      const { blocks, bavail, bsize } = await statfs(context.rootDir);
      await collectImages(context.runtime, { usedBytes: (blocks - bavail) * bsize, totalBytes: blocks * bsize });
      if (!isFirst) for (const worker of workers.values()) worker.wake();
    } catch (error) {
      if (!signal.aborted) context.log.warn('node not tidied up', { err: error });
    }
    await context.clock.sleep(RELIST_MS, signal).catch(() => {});
  }
}

async function removeOrphans(context: KubeletContext, isKnown: (podUid: string) => boolean): Promise<void> {
  const { runtime, rootDir, cgroups } = context;
  const logRoot = join(rootDir, 'log', 'pods');
  const [sandboxes, logs, groups] = await Promise.all([
    runtime.sandboxes.list(),
    readdir(logRoot).catch(() => []),
    cgroups.list(),
  ]);
  const folders = await readdir(join(rootDir, 'pods')).catch(() => []);
  const uids = new Set([
    ...sandboxes.map(({ pod }) => pod.uid),
    ...folders,
    ...groups.map((path) => path.slice(path.lastIndexOf('/pod') + 4)),
  ]);
  for (const uid of uids) {
    if (isKnown(uid)) continue;
    const containers = (await runtime.containers.list()).filter(
      ({ podUid, state }) => podUid === uid && state === 'running',
    );
    await Promise.all(containers.map(({ id }) => runtime.containers.stop(id, 30)));
    const logFolder = logs.find((name) => name.endsWith(`_${uid}`)) ?? `_${uid}`;
    const cgroup = groups.find((path) => path.endsWith(`/pod${uid}`));
    await cleanUpPod(
      { uid, namespace: '', name: '' },
      { context, logFolder: join(logRoot, logFolder), ...(cgroup && { cgroup }) },
    );
  }
}
