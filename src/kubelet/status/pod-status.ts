import type { ContainerStatus, Pod, PodStatus } from '#gen/core/v1.ts';
import { containersOf, isSidecar, isTerminal, type NamedContainer } from '../pod/containers.ts';
import { qosClassOf } from '../pod/qos.ts';
import { wireTime } from '../pod/time.ts';
import { currentSandbox, latestContainer, type PodState, podIPsOf } from '../sync/pod-state.ts';
import { shouldRun } from '../sync/restart-policy.ts';
import { conditionDrafts, datedConditions } from './conditions.ts';
import { containerStatusOf, type StartFailure } from './container-status.ts';
import { phaseOf } from './phase.ts';

export interface StatusInput {
  readonly pod: Pod;
  readonly state: PodState;
  /** What was last written, or what the API has. */
  readonly before: PodStatus;
  readonly nowMs: number;
  readonly hostIPs: readonly string[];
  readonly failures: ReadonlyMap<string, StartFailure>;
  readonly isReady: (containerId: string) => boolean;
  readonly isStarted: (containerId: string) => boolean;
  readonly terminationMessage: (containerId: string) => string;
  readonly runtimeName: string;
  /** Set once the pod is on its way out: its containers are not started again. */
  readonly ending?: Ending | undefined;
}

export interface Ending {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** Every container has stopped: the phase becomes final. */
  readonly isOver: boolean;
  /** The kubelet gave the pod up (deadline, eviction): the phase is Failed whatever the exit codes. */
  readonly failed: boolean;
  /** Where the pod's own grace does not count. */
  readonly graceSeconds?: number | undefined;
}

/** The pod's status as the API shows it. Source: upstream generateAPIPodStatus. */
export function makePodStatus(input: StatusInput): PodStatus {
  const { pod, before, state, ending } = input;
  const statuses = containersOf(pod).map((named) => ({ kind: named.kind, status: statusFor(input, named) }));
  const of = (kind: NamedContainer['kind']) =>
    statuses.filter((entry) => entry.kind === kind).map(({ status }) => status);
  const all = [...of('init'), ...of('regular')];
  const phase = finalPhase(input, all);
  const sandbox = currentSandbox(state);
  const drafts = conditionDrafts({
    pod,
    statuses: all,
    phase,
    hasSandbox: sandbox?.isReady === true && (pod.spec.hostNetwork === true || sandbox.ips.length > 0),
    others: before.conditions ?? [],
  });
  const generation = pod.metadata.generation;
  const failed = ending?.failed ? { reason: ending.reason, message: ending.message } : {};
  return {
    ...carried(before),
    ...failed,
    ...(generation !== undefined && { observedGeneration: generation }),
    phase,
    conditions: datedConditions(drafts, before.conditions ?? [], { now: wireTime(input.nowMs), generation }),
    ...addresses(input),
    startTime: before.startTime ?? wireTime(input.nowMs),
    ...(of('init').length > 0 && { initContainerStatuses: of('init') }),
    containerStatuses: of('regular'),
    ...(of('ephemeral').length > 0 && { ephemeralContainerStatuses: of('ephemeral') }),
    qosClass: qosClassOf(pod),
  };
}

/** What the kubelet hands on unchanged. */
function carried({ nominatedNodeName, resize, resourceClaimStatuses, reason, message, phase }: PodStatus): PodStatus {
  const isFinal = phase === 'Failed' || phase === 'Succeeded';
  return {
    ...(nominatedNodeName && { nominatedNodeName }),
    ...(resize && { resize }),
    ...(resourceClaimStatuses && { resourceClaimStatuses }),
    ...(isFinal && reason && { reason }),
    ...(isFinal && message && { message }),
  };
}

function finalPhase({ pod, before, ending }: StatusInput, statuses: readonly ContainerStatus[]): PodStatus['phase'] {
  if (before.phase === 'Failed' || before.phase === 'Succeeded') return before.phase;
  if (ending?.failed) return 'Failed';
  return phaseOf(pod, statuses, ending?.isOver === true);
}

function statusFor(input: StatusInput, named: NamedContainer): ContainerStatus {
  const { pod, state, before, failures, runtimeName } = input;
  const { name } = named.container;
  const history = state.containers.filter((container) => container.name === name);
  const latest = latestContainer(state, name);
  const known = [
    ...(before.containerStatuses ?? []),
    ...(before.initContainerStatuses ?? []),
    ...(before.ephemeralContainerStatuses ?? []),
  ];
  return containerStatusOf({
    pod,
    named,
    history,
    failure: failures.get(name),
    before: known.find((status) => status.name === name),
    willStart: !input.ending && !isTerminal(pod) && shouldRun(pod, named, latest) && !sparesSidecar(input, named),
    isReady: latest ? input.isReady(latest.id) : false,
    isStarted: latest ? input.isStarted(latest.id) : false,
    terminationMessage: input.terminationMessage,
    runtimeName,
  });
}

/** A sidecar that ended after all the work was done is not started again. */
function sparesSidecar({ pod, state }: StatusInput, { kind, container }: NamedContainer): boolean {
  if (kind !== 'init' || !isSidecar(container)) return false;
  return pod.spec.containers.every((regular) => {
    const status = latestContainer(state, regular.name);
    return (
      status !== undefined &&
      status.state !== 'running' &&
      !shouldRun(pod, { kind: 'regular', container: regular }, status)
    );
  });
}

function addresses({ pod, state, before, hostIPs }: StatusInput): Partial<PodStatus> {
  const current = pod.spec.hostNetwork ? hostIPs : podIPsOf(state);
  const kept = (before.podIPs ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  const ips = current.length > 0 ? current : kept;
  return {
    ...(hostIPs[0] && { hostIP: hostIPs[0], hostIPs: hostIPs.map((ip) => ({ ip })) }),
    ...(ips[0] && { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
  };
}
