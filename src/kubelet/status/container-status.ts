import type { ContainerState, ContainerStateTerminated, ContainerStatus, Pod } from '#gen/core/v1.ts';
import { isSidecar, type NamedContainer } from '../pod/containers.ts';
import { wireTime } from '../pod/time.ts';
import type { ContainerStatus as RuntimeStatus } from '../runtimes/runtime.ts';

/** Why the last try to start a container failed. */
export interface StartFailure {
  readonly reason: string;
  readonly message: string;
}

export interface ContainerStatusInput {
  readonly pod: Pod;
  readonly named: NamedContainer;
  /** Of this container, the newest first. */
  readonly history: readonly RuntimeStatus[];
  readonly failure?: StartFailure | undefined;
  readonly before?: ContainerStatus | undefined;
  /** Whether another start is due; otherwise an ended container shows as terminated. */
  readonly willStart: boolean;
  readonly isReady: boolean;
  readonly isStarted: boolean;
  /** Text of the termination message, by container id. */
  readonly terminationMessage: (id: string) => string;
  readonly runtimeName: string;
}

/** Source: upstream kubelet_pods.go convertToAPIContainerStatuses. */
export function containerStatusOf(input: ContainerStatusInput): ContainerStatus {
  const { named, history, before, runtimeName } = input;
  const [latest] = history;
  const state = stateOf(input);
  const lastState = lastStateOf(input, state);
  const { name, image = '' } = named.container;
  const running = state.running !== undefined;
  return {
    name,
    state,
    lastState,
    ready: readiness(input, state),
    restartCount: latest ? restartCountOf(input, state) : (before?.restartCount ?? 0),
    image: latest ? latest.image || image : image,
    imageID: latest?.imageRef ?? '',
    ...(latest && { containerID: `${runtimeName}://${latest.id}` }),
    started: running && input.isStarted,
    ...resourcesOf(input, running),
  };
}

function resourcesOf({ named, pod }: ContainerStatusInput, running: boolean): Partial<ContainerStatus> {
  const { resources } = named.container;
  if (named.kind === 'ephemeral' || !resources || !running || !pod.metadata) return {};
  const { requests, limits } = resources;
  if (!requests && !limits) return { resources: {} };
  return {
    ...(requests && { allocatedResources: requests }),
    resources: { ...(limits && { limits }), ...(requests && { requests }) },
  };
}

const restartCountOf = ({ history }: ContainerStatusInput, _state: ContainerState): number => history[0]?.attempt ?? 0;

function readiness({ named, isReady }: ContainerStatusInput, state: ContainerState): boolean {
  if (named.kind === 'init' && !isSidecar(named.container)) return state.terminated?.exitCode === 0;
  return named.kind !== 'ephemeral' && state.running !== undefined && isReady;
}

function stateOf(input: ContainerStatusInput): ContainerState {
  const { history, willStart, failure, named, before } = input;
  const [latest] = history;
  if (!latest) return lostOrWaiting(input);
  if (latest.state === 'running') return { running: { startedAt: wireTime(latest.startedAtMs) } };
  if (latest.state === 'created')
    return {
      waiting: { reason: failure?.reason ?? 'ContainerCreating', ...(failure && { message: failure.message }) },
    };
  if (willStart && failure && named.kind !== 'ephemeral') return { waiting: { ...failure } };
  if (latest.state === 'exited') return { terminated: terminatedOf(latest, input) };
  return before?.state?.terminated ? before.state : { terminated: UNKNOWN_END };
}

const UNKNOWN_END: ContainerStateTerminated = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
};

/** The runtime has nothing of it: it waits for its start, or it is lost. */
function lostOrWaiting({ pod, named, failure, before, willStart }: ContainerStatusInput): ContainerState {
  if (before?.state?.terminated) return before.state;
  if (!willStart && (before?.state?.running || pod.metadata.deletionTimestamp)) return { terminated: UNKNOWN_END };
  if (failure) return { waiting: { ...failure } };
  const waitsForInit = named.kind === 'regular' && (pod.spec.initContainers ?? []).length > 0;
  const initWaits = named.kind === 'init';
  return { waiting: { reason: waitsForInit || initWaits ? 'PodInitializing' : 'ContainerCreating' } };
}

function lastStateOf(input: ContainerStatusInput, state: ContainerState): ContainerState {
  const { history, before, willStart } = input;
  const [latest, previous] = history;
  if (state.waiting && latest?.state === 'exited') return { terminated: terminatedOf(latest, input) };
  const ended = previous?.state === 'exited' ? previous : undefined;
  if (ended) return { terminated: terminatedOf(ended, input) };
  if (!latest && before?.state?.running && willStart) {
    return {
      terminated: {
        ...UNKNOWN_END,
        message: 'The container could not be located when the pod was deleted.  The container used to be Running',
      },
    };
  }
  return before?.lastState?.terminated ? before.lastState : {};
}

function terminatedOf(status: RuntimeStatus, input: ContainerStatusInput): ContainerStateTerminated {
  const message = input.terminationMessage(status.id) || status.message;
  const reason = status.reason || (status.exitCode === 0 ? 'Completed' : 'Error');
  return {
    exitCode: status.exitCode,
    reason,
    ...(message && { message }),
    startedAt: wireTime(status.startedAtMs),
    finishedAt: wireTime(status.finishedAtMs),
    containerID: `${input.runtimeName}://${status.id}`,
  };
}
