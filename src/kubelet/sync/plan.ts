import type { Pod, Probe } from '#gen/core/v1.ts';
import { type AnyContainer, containersOf, isSidecar, type NamedContainer } from '../pod/containers.ts';
import { CONTAINER_HASH, hashOf } from '../pod/labels.ts';
import type { ContainerStatus } from '../runtimes/runtime.ts';
import { currentSandbox, latestContainer, type PodState } from './pod-state.ts';
import { restartsAfterKill, shouldRun } from './restart-policy.ts';

export type ProbeVerdict = 'success' | 'failure' | 'unknown';

export interface PlanInput {
  readonly pod: Pod;
  readonly state: PodState;
  /** The last verdict of a container's probe; `success` where it has none. */
  readonly liveness: (containerId: string) => ProbeVerdict;
  readonly startup: (containerId: string) => ProbeVerdict;
}

export interface Kill {
  readonly status: ContainerStatus;
  readonly message: string;
  /** Where the failed probe gives another grace than the pod. */
  readonly graceSeconds?: number | undefined;
}

/** What to do now; doing all of it and planning again leads to the pod's wanted state. */
export interface PodPlan {
  /** Stop every container and the sandbox: it is no longer good, or nothing is left to run. */
  readonly killPod: boolean;
  readonly createSandbox: boolean;
  readonly attempt: number;
  readonly kill: readonly Kill[];
  readonly start: readonly NamedContainer[];
}

const IDLE: PodPlan = { killPod: false, createSandbox: false, attempt: 0, kill: [], start: [] };

/** Source: upstream kuberuntime_manager.go computePodActions. */
export function planPod(input: PlanInput): PodPlan {
  const { changed, attempt } = sandboxChange(input);
  if (changed) return planNewSandbox(input, attempt);
  const ephemeral = of(input.pod, 'ephemeral').filter(({ container }) => !latestContainer(input.state, container.name));
  const init = planInit(input);
  if (init.failed) return { ...IDLE, killPod: true };
  if (!init.done) return { ...IDLE, attempt, kill: init.kill, start: [...ephemeral, ...init.start] };
  const regular = planRegular(input);
  if (regular.kept === 0 && regular.start.length === 0) return { ...IDLE, killPod: true };
  return {
    ...IDLE,
    attempt,
    kill: [...init.kill, ...regular.kill],
    start: [...ephemeral, ...init.start, ...regular.start],
  };
}

const of = (pod: Pod, kind: NamedContainer['kind']): readonly NamedContainer[] =>
  containersOf(pod).filter((named) => named.kind === kind);

/** Whether the pod needs another sandbox, and its number. Source: upstream PodSandboxChanged. */
function sandboxChange({ pod, state }: PlanInput): { changed: boolean; attempt: number } {
  const sandbox = currentSandbox(state);
  if (!sandbox) return { changed: true, attempt: 0 };
  const again = { changed: true, attempt: sandbox.attempt + 1 };
  if (!sandbox.isReady || state.sandboxes.filter(({ isReady }) => isReady).length > 1) return again;
  if (!pod.spec.hostNetwork && sandbox.ips.length === 0) return again;
  return { changed: false, attempt: sandbox.attempt };
}

function planNewSandbox({ pod, state }: PlanInput, attempt: number): PodPlan {
  const replaced = attempt !== 0 && state.containers.length > 0;
  if (pod.spec.restartPolicy === 'Never' && replaced) return { ...IDLE, killPod: true };
  const due = of(pod, 'regular').filter(
    (named) =>
      pod.spec.restartPolicy !== 'OnFailure' ||
      shouldRun(pod, named, latestContainer(state, named.container.name)) ||
      isRunning(state, named),
  );
  if (due.length === 0) return { ...IDLE, killPod: true };
  const [firstInit] = of(pod, 'init');
  return { ...IDLE, killPod: true, createSandbox: true, attempt, start: firstInit ? [firstInit] : due };
}

const isRunning = (state: PodState, { container }: NamedContainer): boolean =>
  latestContainer(state, container.name)?.state === 'running';

interface InitPlan {
  readonly done: boolean;
  readonly failed: boolean;
  readonly kill: readonly Kill[];
  readonly start: readonly NamedContainer[];
}

/** Containers of the sandbox that the pod has now: what ran in an earlier one does not count as initialization. */
const inSandbox = (state: PodState): PodState => {
  const id = currentSandbox(state)?.id;
  return { ...state, containers: state.containers.filter(({ sandboxId }) => sandboxId === id) };
};

function planInit(input: PlanInput): InitPlan {
  const state = inSandbox(input.state);
  const hasInitialized = of(input.pod, 'regular').some(({ container }) => latestContainer(state, container.name));
  const kill: Kill[] = [];
  const start: NamedContainer[] = [];
  for (const named of of(input.pod, 'init')) {
    const status = latestContainer(state, named.container.name);
    const step = isSidecar(named.container) ? sidecarStep(input, named, status) : initStep(input.pod, named, status);
    if (hasInitialized && !isSidecar(named.container)) continue;
    if (step === 'failed') return { done: false, failed: true, kill: [], start: [] };
    if (typeof step === 'object') kill.push(step);
    if (step === 'start' || typeof step === 'object') start.push(named);
    if (step !== 'next' && !hasInitialized) return { done: false, failed: false, kill, start };
  }
  return { done: true, failed: false, kill, start };
}

type Step = 'next' | 'wait' | 'start' | 'failed' | Kill;

function initStep(pod: Pod, named: NamedContainer, status: ContainerStatus | undefined): Step {
  if (!status || status.state === 'created' || status.state === 'unknown') return 'start';
  if (status.state === 'running') {
    return hasChanged(named.container, status)
      ? { status, message: `Init container ${named.container.name} definition changed, will be restarted` }
      : 'wait';
  }
  if (status.exitCode === 0) return 'next';
  return shouldRun(pod, named, status) ? 'start' : 'failed';
}

function sidecarStep(input: PlanInput, named: NamedContainer, status: ContainerStatus | undefined): Step {
  if (status?.state !== 'running') return 'start';
  const why = whyKill(input, named.container, status);
  if (why)
    return {
      status,
      message: `Init container ${named.container.name} ${why.reason}, will be restarted`,
      graceSeconds: why.graceSeconds,
    };
  return input.startup(status.id) === 'success' ? 'next' : 'wait';
}

const hasChanged = (container: AnyContainer, status: ContainerStatus): boolean => {
  const hash = status.annotations[CONTAINER_HASH];
  return hash !== undefined && hash !== hashOf(container);
};

interface WhyKill {
  readonly reason: string;
  readonly graceSeconds?: number | undefined;
}

function whyKill(input: PlanInput, container: AnyContainer, status: ContainerStatus): WhyKill | undefined {
  const graceOf = (probe: Probe | undefined) => probe?.terminationGracePeriodSeconds;
  if (hasChanged(container, status)) return { reason: 'definition changed' };
  if (input.liveness(status.id) === 'failure')
    return { reason: 'failed liveness probe', graceSeconds: graceOf(container.livenessProbe) };
  if (input.startup(status.id) === 'failure')
    return { reason: 'failed startup probe', graceSeconds: graceOf(container.startupProbe) };
  return undefined;
}

function planRegular(input: PlanInput): { kill: readonly Kill[]; start: readonly NamedContainer[]; kept: number } {
  const kill: Kill[] = [];
  const start: NamedContainer[] = [];
  let kept = 0;
  for (const named of of(input.pod, 'regular')) {
    const status = latestContainer(input.state, named.container.name);
    if (status?.state !== 'running') {
      if (shouldRun(input.pod, named, status)) start.push(named);
      continue;
    }
    const why = whyKill(input, named.container, status);
    if (!why) {
      kept++;
      continue;
    }
    const restarts = hasChanged(named.container, status) || restartsAfterKill(input.pod, named);
    kill.push({
      status,
      message: `Container ${named.container.name} ${why.reason}${restarts ? ', will be restarted' : ''}`,
      graceSeconds: why.graceSeconds,
    });
    if (restarts) start.push(named);
  }
  return { kill, start, kept };
}
