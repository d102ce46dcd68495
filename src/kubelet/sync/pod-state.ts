import type { ContainerRuntime, ContainerStatus, SandboxStatus } from '../runtimes/runtime.ts';

/** What the runtime has of one pod, the newest first. */
export interface PodState {
  readonly sandboxes: readonly SandboxStatus[];
  readonly containers: readonly ContainerStatus[];
}

export const currentSandbox = (state: PodState): SandboxStatus | undefined => state.sandboxes[0];

/** The newest container of that name, running or not. */
export const latestContainer = (state: PodState, name: string): ContainerStatus | undefined =>
  state.containers.find((container) => container.name === name);

export const podIPsOf = (state: PodState): readonly string[] => {
  const sandbox = currentSandbox(state);
  return sandbox?.isReady ? sandbox.ips : [];
};

const defined = <T>(value: T | undefined): value is T => value !== undefined;

export async function readPodState(runtime: ContainerRuntime, podUid: string): Promise<PodState> {
  const [sandboxes, containers] = await Promise.all([runtime.sandboxes.list(), runtime.containers.list()]);
  const [boxes, parts] = await Promise.all([
    Promise.all(sandboxes.filter((box) => box.pod.uid === podUid).map(({ id }) => runtime.sandboxes.status(id))),
    Promise.all(containers.filter((part) => part.podUid === podUid).map(({ id }) => runtime.containers.status(id))),
  ]);
  return {
    sandboxes: boxes.filter(defined).sort((a, b) => b.createdAtMs - a.createdAtMs || b.attempt - a.attempt),
    containers: parts.filter(defined).sort((a, b) => b.createdAtMs - a.createdAtMs || b.attempt - a.attempt),
  };
}
