import { humanDuration } from '#apimachinery/resource.ts';
import type { ContainerState, ContainerStatus, Pod } from '#gen/core/v1.ts';

/** What `kubectl get pods` says about a pod. Source: pkg/printers/internalversion/printers.go, printPod. */
export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  readonly status: string;
  readonly restarts: number;
  /** Milliseconds since the epoch; 0 when nothing was restarted. */
  readonly lastRestartMs: number;
}

interface Tally {
  ready: number;
  restarts: number;
  lastRestartMs: number;
}

function count(tally: Tally, { restartCount, lastState }: ContainerStatus): void {
  tally.restarts += restartCount;
  const finishedAt = lastState?.terminated?.finishedAt;
  if (finishedAt) tally.lastRestartMs = Math.max(tally.lastRestartMs, Date.parse(finishedAt));
}

const conditionIsTrue = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;

/** `Error`, or how it ended where it gave no reason: `Signal:9`, `ExitCode:1`. */
function endOf({ terminated }: ContainerState): string | undefined {
  if (!terminated) return undefined;
  if (terminated.reason) return terminated.reason;
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

interface InitOutcome {
  all: Tally;
  sidecars: Tally;
  /** What the initialization waits for; undefined once it is through. */
  blockedBy: string | undefined;
}

function blockedBy(status: ContainerStatus, isSidecar: boolean, progress: string): string | undefined {
  const state = status.state ?? {};
  if (state.terminated?.exitCode === 0) return undefined;
  if (isSidecar && status.started) return undefined;
  const end = endOf(state);
  if (end) return `Init:${end}`;
  const waiting = state.waiting?.reason;
  return waiting && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${progress}`;
}

function summarizeInit(pod: Pod): InitOutcome {
  const declared = pod.spec.initContainers ?? [];
  const outcome: InitOutcome = {
    all: { ready: 0, restarts: 0, lastRestartMs: 0 },
    sidecars: { ready: 0, restarts: 0, lastRestartMs: 0 },
    blockedBy: undefined,
  };
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const isSidecar = declared.find(({ name }) => name === status.name)?.restartPolicy === 'Always';
    count(outcome.all, status);
    if (isSidecar) count(outcome.sidecars, status);
    outcome.blockedBy = blockedBy(status, isSidecar, `${index}/${declared.length}`);
    if (outcome.blockedBy) break;
    if (isSidecar && status.started && !status.state?.terminated && status.ready) outcome.all.ready++;
  }
  return outcome;
}

function summarizeContainers(pod: Pod, tally: Tally, before: string): string {
  let word = before;
  let hasRunning = false;
  for (const status of (pod.status?.containerStatuses ?? []).toReversed()) {
    count(tally, status);
    const state = status.state ?? {};
    const said = state.waiting?.reason || endOf(state);
    if (said) word = said;
    else if (status.ready && state.running) {
      hasRunning = true;
      tally.ready++;
    }
  }
  if (word !== 'Completed' || !hasRunning) return word;
  return conditionIsTrue(pod, 'Ready') ? 'Running' : 'NotReady';
}

function phaseWord(pod: Pod): string {
  const gated = pod.status?.conditions?.some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  return gated ? 'SchedulingGated' : pod.status?.reason || pod.status?.phase || '';
}

function deletionWord(pod: Pod, word: string): string {
  if (!pod.metadata.deletionTimestamp) return word;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded' ? word : 'Terminating';
}

export function summarizePod(pod: Pod): PodSummary {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const init = summarizeInit(pod);
  let tally = init.all;
  let status = init.blockedBy ?? phaseWord(pod);
  if (!init.blockedBy || conditionIsTrue(pod, 'Initialized')) {
    tally = { ...init.sidecars, ready: init.all.ready };
    status = summarizeContainers(pod, tally, status);
  }
  return {
    ready: tally.ready,
    total: (pod.spec.containers ?? []).length + sidecars.length,
    status: deletionWord(pod, status),
    restarts: tally.restarts,
    lastRestartMs: tally.lastRestartMs,
  };
}

/** `0`, or `2 (5m ago)`. */
export function restartsCell({ restarts, lastRestartMs }: PodSummary, nowMs: number): string {
  if (restarts === 0 || lastRestartMs === 0) return String(restarts);
  return `${restarts} (${humanDuration(nowMs - lastRestartMs)} ago)`;
}

/** How many readiness gates hold, of how many. */
export function readinessGatesCell(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter(({ conditionType }) => {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType);
    return condition?.status === 'True';
  });
  return `${open.length}/${gates.length}`;
}
