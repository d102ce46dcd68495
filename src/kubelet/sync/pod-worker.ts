import { mkdir } from 'node:fs/promises';
import { pods } from '#api/core/v1/pod.ts';
import { isConflict, isNotFound } from '#apimachinery/status.ts';
import type { Pod, PodCondition, PodStatus } from '#gen/core/v1.ts';
import { runtimeHandlerOf } from '../config/runtime-handler.ts';
import { sandboxConfig } from '../config/sandbox-config.ts';
import type { KubeletContext } from '../context.ts';
import { podCgroup, podFolder, podLogFolder } from '../paths.ts';
import { formatPod, isTerminal, namespaceOf, refOf, uidOf } from '../pod/containers.ts';
import { podCgroupResources } from '../pod/resources.ts';
import { wireTime } from '../pod/time.ts';
import type { SandboxConfig } from '../runtimes/runtime.ts';
import type { StartFailure } from '../status/container-status.ts';
import { type Ending, makePodStatus } from '../status/pod-status.ts';
import { statusPublisher } from '../status/status-writer.ts';
import { terminationMessage } from '../status/termination-message.ts';
import { hasLimitedFolders, overLimit } from '../volumes/empty-dir-limit.ts';
import { MountFailed, setUpVolumes } from '../volumes/pod-volumes.ts';
import type { MountedVolume } from '../volumes/volume.ts';
import { cleanUpPod } from './clean-up.ts';
import { killContainer, killPod } from './kill-pod.ts';
import { planPod } from './plan.ts';
import { currentSandbox, latestContainer, type PodState, podIPsOf, readPodState } from './pod-state.ts';
import { startContainer } from './start-container.ts';
import { StartFailed } from './start-failed.ts';

export interface PodWorker extends AsyncDisposable {
  /** The newest version from the API; undefined once it is gone there. */
  update(pod: Pod | undefined): void;
  /** Something about the pod may have changed: look again. */
  wake(): void;
  readonly pod: Pod;
  /** Whether nothing is left to do for a pod that is gone. */
  readonly isOver: boolean;
}

const RETRY_MS = 10_000;
const MOUNT_RETRY_MS = 1000;
/** How often the size of limited folders is taken, as upstream's eviction manager does. */
const LOOK_AT_FOLDERS_MS = 10_000;

/** One pod's loop: read what there is, plan, act, write the status; waits for news in between. */
export function startPodWorker(first: Pod, context: KubeletContext, gone: () => void): PodWorker {
  const { clock, log, runtime, client, probes } = context;
  const uid = uidOf(first);
  const failures = new Map<string, StartFailure>();
  const messages = new Map<string, string>();
  const stop = new AbortController();
  let pod = first;
  let status: PodStatus = first.status ?? {};
  let ending: Ending | undefined;
  let isGone = false;
  let isOver = false;
  let isDirty = false;
  let running: Promise<void> | undefined;
  let syncing = new AbortController();
  let cancelTimer = () => {};

  const wake = () => {
    isDirty = true;
    if (stop.signal.aborted || isOver) return;
    running ??= loop().finally(() => {
      running = undefined;
      if (isDirty) wake();
    });
  };
  const wakeAfter = (ms: number) => {
    cancelTimer();
    cancelTimer = clock.after(ms, wake);
  };

  async function loop(): Promise<void> {
    while (isDirty && !stop.signal.aborted && !isOver) {
      isDirty = false;
      cancelTimer();
      syncing = new AbortController();
      try {
        const againMs = await sync();
        await publisher.settled();
        if (againMs !== undefined) wakeAfter(againMs);
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!syncing.signal.aborted) log.warn('pod not synced', { pod: formatPod(pod), err: error });
        wakeAfter(RETRY_MS);
      }
    }
  }

  const write = async (state: PodState) => {
    await readMessages(state);
    status = makePodStatus({
      pod,
      state,
      before: status,
      nowMs: clock.now(),
      hostIPs: context.nodeIPs,
      failures,
      isReady: (id) => probes.isReady(id),
      isStarted: (id) => probes.isStarted(id),
      terminationMessage: (id) => messages.get(id) ?? '',
      runtimeName: runtime.name,
      ending,
    });
    if (!isGone) publisher.publish(pod, status);
  };
  const publisher = statusPublisher(client, (written) => {
    if (uidOf(written) === uid && !isGone) pod = { ...pod, status: written.status };
  });

  async function readMessages(state: PodState): Promise<void> {
    for (const container of state.containers) {
      if (container.state !== 'exited' || messages.has(container.id)) continue;
      messages.set(container.id, await terminationMessage(context.rootDir, uid, container));
    }
  }

  async function sync(): Promise<number | undefined> {
    const state = await readPodState(runtime, uid);
    ending ??= whyEnd(state) ?? (await whyEvict());
    if (ending) return finish(state);
    probes.follow(pod, state, false);
    const againMs = await bringUp(state);
    return hasLimitedFolders(pod) ? soonest([againMs, LOOK_AT_FOLDERS_MS]) : againMs;
  }

  async function whyEvict(): Promise<Ending | undefined> {
    const message = hasLimitedFolders(pod) ? await overLimit(pod, podFolder(context.rootDir, uid)) : undefined;
    if (message === undefined) return undefined;
    context.events.event(pod, { type: 'Warning', reason: 'Evicted', message });
    const lastTransitionTime = wireTime(clock.now());
    const disrupted: PodCondition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'TerminationByKubelet',
      message,
      lastTransitionTime,
    };
    status = { ...status, conditions: [...(status.conditions ?? []), disrupted] };
    return { isOver: false, failed: true, reason: 'Evicted', message, graceSeconds: 1 };
  }

  function whyEnd(state: PodState): Ending | undefined {
    if (isGone || pod.metadata.deletionTimestamp) return { isOver: false, failed: false };
    const { phase, startTime } = status;
    if (phase === 'Succeeded' || phase === 'Failed')
      return { isOver: state.containers.every((c) => c.state !== 'running'), failed: false };
    const deadline = pod.spec.activeDeadlineSeconds;
    if (deadline !== undefined && startTime && clock.now() - Date.parse(startTime) >= deadline * 1000) {
      const message = 'Pod was active on the node longer than the specified deadline';
      context.events.event(pod, { type: 'Normal', reason: 'DeadlineExceeded', message });
      return { isOver: false, failed: true, reason: 'DeadlineExceeded', message };
    }
    return undefined;
  }

  const graceSeconds = () => {
    if (ending?.graceSeconds !== undefined) return ending.graceSeconds;
    const { deletionGracePeriodSeconds } = pod.metadata;
    if (deletionGracePeriodSeconds !== undefined) return Math.max(isGone ? 0 : 1, deletionGracePeriodSeconds);
    return Math.max(1, pod.spec.terminationGracePeriodSeconds ?? 30);
  };

  async function finish(before: PodState): Promise<number | undefined> {
    probes.follow(pod, before, true);
    await write(before);
    await killPod(pod, before, { graceSeconds: graceSeconds(), context });
    const state = await readPodState(runtime, uid);
    if (state.containers.some((container) => container.state === 'running')) return 1000;
    ending = { failed: false, ...ending, isOver: true };
    probes.forget(uid);
    await write(state);
    await publisher.settled();
    if (!isGone && !pod.metadata.deletionTimestamp) return undefined;
    await cleanUpPod(refOf(pod), {
      context,
      cgroup: podCgroup(context.cgroupBase, pod),
      logFolder: podLogFolder(context.rootDir, pod),
    });
    if (!isGone) await deleteForGood();
    isOver = true;
    gone();
    return undefined;
  }

  async function deleteForGood(): Promise<void> {
    try {
      await client.delete(
        pods,
        { namespace: namespaceOf(pod), name: pod.metadata.name },
        { gracePeriodSeconds: 0, preconditions: { uid } },
      );
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  async function bringUp(state: PodState): Promise<number | undefined> {
    const plan = planPod({ pod, state, liveness: (id) => probes.liveness(id), startup: (id) => probes.startup(id) });
    await write(state);
    if (isTerminal({ ...pod, status })) {
      isDirty = true;
      return undefined;
    }
    const volumes = await mounted(state);
    if (!volumes) return MOUNT_RETRY_MS * 2;
    let now = state;
    if (plan.killPod && state.sandboxes.length > 0) {
      if (plan.createSandbox)
        context.events.event(pod, {
          type: 'Normal',
          reason: 'SandboxChanged',
          message: 'Pod sandbox changed, it will be killed and re-created.',
        });
      await killPod(pod, state, { graceSeconds: graceSeconds(), context });
      now = await readPodState(runtime, uid);
    }
    for (const kill of plan.kill) {
      await killContainer(
        {
          pod,
          ...kill,
          graceSeconds: kill.graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30,
          podIP: podIPsOf(state)[0] ?? '',
        },
        context,
      );
    }
    if (plan.kill.length > 0) now = await readPodState(runtime, uid);
    if (plan.killPod && !plan.createSandbox) {
      await write(now);
      if (isTerminal({ ...pod, status })) isDirty = true;
      return undefined;
    }
    return start(plan, now, volumes.mounted, volumes.refreshAfterMs);
  }

  async function mounted(state: PodState) {
    const facts = { podIPs: pod.spec.hostNetwork ? context.nodeIPs : podIPsOf(state), hostIPs: context.nodeIPs };
    const { references, allocatable } = context;
    try {
      await mkdir(podFolder(context.rootDir, uid), { recursive: true });
      const volumes = await setUpVolumes(pod, podFolder(context.rootDir, uid), {
        client,
        references,
        allocatable,
        facts,
        nowMs: clock.now(),
        mayMount: context.mayMount,
      });
      const refreshes = [...volumes.values()].flatMap(({ refreshAfterMs }) => refreshAfterMs ?? []);
      return { mounted: volumes, refreshAfterMs: refreshes.length > 0 ? Math.min(...refreshes) : undefined };
    } catch (error) {
      if (!(error instanceof MountFailed)) throw error;
      context.events.event(pod, { type: 'Warning', reason: 'FailedMount', message: error.message });
      return undefined;
    }
  }

  async function start(
    plan: ReturnType<typeof planPod>,
    before: PodState,
    volumes: ReadonlyMap<string, MountedVolume>,
    ...[refreshAfterMs]: (number | undefined)[]
  ): Promise<number | undefined> {
    if (plan.start.length === 0 && !plan.createSandbox) return soonest([refreshAfterMs, deadlineMs()]);
    const config = await configOf(plan.attempt);
    const sandboxId = plan.createSandbox ? await makeSandbox(config) : (currentSandbox(before)?.id ?? '');
    let state = plan.createSandbox ? await readPodState(runtime, uid) : before;
    if (plan.createSandbox) await write(state);
    const retries: (number | undefined)[] = [refreshAfterMs, deadlineMs()];
    for (const named of plan.start) {
      if (syncing.signal.aborted) return 0;
      const { name } = named.container;
      try {
        await startContainer(
          { pod, named, state, sandboxId, sandbox: config, podIPs: podIPsOf(state), volumes, signal: syncing.signal },
          context,
        );
        failures.delete(name);
        isDirty = true;
      } catch (error) {
        if (!(error instanceof StartFailed)) throw error;
        failures.set(name, { reason: error.reason, message: error.message });
        retries.push(error.retryAfterMs ?? RETRY_MS);
      }
      state = await readPodState(runtime, uid);
      if (latestContainer(state, name)?.state === 'running') failures.delete(name);
    }
    probes.follow(pod, state, false);
    await write(state);
    return soonest(retries);
  }

  const deadlineMs = () => {
    const { activeDeadlineSeconds } = pod.spec;
    if (activeDeadlineSeconds === undefined || !status.startTime) return undefined;
    return Math.max(0, Date.parse(status.startTime) + activeDeadlineSeconds * 1000 - clock.now());
  };

  async function configOf(attempt: number): Promise<SandboxConfig> {
    return tellingOfSandbox(async () =>
      sandboxConfig(pod, { attempt, runtimeHandler: await runtimeHandlerOf(pod, client) }, context),
    );
  }

  const makeSandbox = (config: SandboxConfig): Promise<string> =>
    tellingOfSandbox(async () => {
      await mkdir(config.logDirectory, { recursive: true });
      await context.cgroups.ensure(config.cgroupParent, podCgroupResources(pod));
      return runtime.sandboxes.run(config);
    });

  async function tellingOfSandbox<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const message = `Failed to create pod sandbox: ${error instanceof Error ? error.message : String(error)}`;
      context.events.event(pod, { type: 'Warning', reason: 'FailedCreatePodSandBox', message });
      throw error;
    }
  }

  wake();
  return {
    wake,
    update(next) {
      if (!next) isGone = true;
      else pod = { ...next, status: next.status ?? {} };
      const ends = isGone || pod.metadata.deletionTimestamp;
      if (ends) syncing.abort(new Error('the pod is being deleted'));
      if (ends && running && ending) void hurry();
      wake();
    },
    get pod() {
      return pod;
    },
    get isOver() {
      return isOver;
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the kubelet stops'));
      syncing.abort(stop.signal.reason);
      cancelTimer();
      probes.forget(uid);
      await running;
    },
  };

  /** A shorter grace than the one that is running takes effect at once. */
  async function hurry(): Promise<void> {
    const state = await readPodState(runtime, uid);
    const alive = state.containers.filter((container) => container.state === 'running');
    await Promise.allSettled(alive.map(({ id }) => runtime.containers.stop(id, graceSeconds())));
  }
}

function soonest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time): time is number => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
