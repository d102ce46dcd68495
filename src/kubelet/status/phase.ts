import type { ContainerStatus, Pod, PodStatus } from '#gen/core/v1.ts';
import { isSidecar } from '../pod/containers.ts';

type Phase = NonNullable<PodStatus['phase']>;

interface Counts {
  waiting: number;
  running: number;
  stopped: number;
  succeeded: number;
  unknown: number;
  pendingInit: number;
  failedInit: number;
}

/** @param isEnding the pod's containers will not be restarted, whatever its policy. Source: upstream getPhase. */
export function phaseOf(pod: Pod, statuses: readonly ContainerStatus[], isEnding: boolean): Phase {
  const byName = new Map(statuses.map((status) => [status.name, status]));
  const counts: Counts = {
    waiting: 0,
    running: 0,
    stopped: 0,
    succeeded: 0,
    unknown: 0,
    pendingInit: 0,
    failedInit: 0,
  };
  for (const container of pod.spec.initContainers ?? []) {
    if (isSidecar(container)) countSidecar(counts, byName.get(container.name));
    else countInit(counts, byName.get(container.name), pod.spec.restartPolicy);
  }
  for (const container of pod.spec.containers) countRegular(counts, byName.get(container.name));
  return decide(counts, pod.spec.restartPolicy, isEnding);
}

function countSidecar(counts: Counts, status: ContainerStatus | undefined): void {
  if (!status) counts.pendingInit++;
  else if (status.state?.running) {
    counts.running++;
    if (!status.started) counts.pendingInit++;
  } else if (status.state?.waiting && !status.lastState?.terminated) counts.pendingInit++;
}

function countInit(counts: Counts, status: ContainerStatus | undefined, policy: Pod['spec']['restartPolicy']): void {
  const ended = status?.state?.terminated ?? (status?.state?.waiting ? status.lastState?.terminated : undefined);
  if (!ended) counts.pendingInit++;
  else if (ended.exitCode !== 0) {
    if (policy === 'Never') counts.failedInit++;
    else counts.pendingInit++;
  } else if (!status?.state?.terminated) counts.pendingInit += status?.lastState?.terminated?.exitCode === 0 ? 0 : 1;
}

function countRegular(counts: Counts, status: ContainerStatus | undefined): void {
  if (!status) counts.unknown++;
  else if (status.state?.running) counts.running++;
  else if (status.state?.terminated) {
    counts.stopped++;
    if (status.state.terminated.exitCode === 0) counts.succeeded++;
  } else if (!status.state?.waiting) counts.unknown++;
  else if (status.lastState?.terminated) counts.stopped++;
  else counts.waiting++;
}

function decide(counts: Counts, policy: Pod['spec']['restartPolicy'], isEnding: boolean): Phase {
  if (counts.failedInit > 0 && policy === 'Never') return 'Failed';
  if (counts.pendingInit > 0 || counts.waiting > 0) return 'Pending';
  if (counts.unknown > 0) return 'Pending';
  if (counts.running > 0) return 'Running';
  return counts.stopped > 0 ? ofStopped(counts, policy, isEnding) : 'Pending';
}

function ofStopped({ stopped, succeeded }: Counts, policy: Pod['spec']['restartPolicy'], isEnding: boolean): Phase {
  const ended = stopped === succeeded ? 'Succeeded' : 'Failed';
  if (isEnding) return ended;
  if ((policy ?? 'Always') === 'Always') return 'Running';
  return ended === 'Succeeded' || policy === 'Never' ? ended : 'Running';
}
