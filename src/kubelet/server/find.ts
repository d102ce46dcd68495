import type { Pod } from '#gen/core/v1.ts';
import { findContainer, namespaceOf, uidOf } from '../pod/containers.ts';
import type { ContainerRuntime, ContainerStatus } from '../runtimes/runtime.ts';
import { latestContainer, type PodState, readPodState } from '../sync/pod-state.ts';
import { HttpProblem } from './http-problem.ts';

/** @throws {HttpProblem} 404 in upstream's words. */
export function findPod(
  pods: readonly Pod[],
  { namespace, name, uid }: { namespace: string; name: string; uid?: string | undefined },
): Pod {
  const pod = pods.find(
    (candidate) =>
      candidate.metadata.name === name && namespaceOf(candidate) === namespace && (!uid || uidOf(candidate) === uid),
  );
  if (!pod) throw new HttpProblem(404, `pod does not exist`);
  return pod;
}

/** The running container, the first one of the pod where none is named. */
export async function runningContainer(runtime: ContainerRuntime, pod: Pod, name: string): Promise<ContainerStatus> {
  const wanted = name || (pod.spec.containers[0]?.name ?? '');
  const status = latestContainer(await readPodState(runtime, uidOf(pod)), wanted);
  if (status?.state !== 'running') throw new HttpProblem(404, `container not found ("${wanted}")`);
  return status;
}

/** @throws {HttpProblem} when the pod has no such container, or it has not run yet. */
export function containerForLogs(
  pod: Pod,
  state: PodState,
  { name, previous }: { name: string; previous: boolean },
): ContainerStatus {
  if (!findContainer(pod, name))
    throw new HttpProblem(404, `container "${name}" not found in pod "${pod.metadata.name}"`);
  const history = state.containers.filter((container) => container.name === name && container.state !== 'created');
  const found = previous ? previousOf(history) : history[0];
  if (found) return found;
  if (previous)
    throw new HttpProblem(400, `previous terminated container "${name}" in pod "${pod.metadata.name}" not found`);
  throw notYet(pod, name);
}

function previousOf(history: readonly ContainerStatus[]): ContainerStatus | undefined {
  const hasExited = history[0]?.state === 'exited';
  return (
    history.filter(({ state }) => state === 'exited')[hasExited ? 1 : 0] ??
    (hasExited && history.length === 1 ? history[0] : undefined)
  );
}

function notYet(pod: Pod, name: string): HttpProblem {
  const waiting = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
    (status) => status.name === name,
  )?.state?.waiting;
  return new HttpProblem(
    400,
    waiting?.reason
      ? `container "${name}" in pod "${pod.metadata.name}" is waiting to start: ${waiting.message ?? waiting.reason}`
      : `container "${name}" in pod "${pod.metadata.name}" is not available`,
  );
}
