import type { Clock } from '#base/clock.ts';
import type { EventRecorder } from '#client/event-recorder.ts';
import type { Pod, Probe } from '#gen/core/v1.ts';
import { containersOf, fieldPathOf, isSidecar, type NamedContainer, uidOf } from '../pod/containers.ts';
import type { ContainerService, ContainerStatus } from '../runtimes/runtime.ts';
import type { ProbeVerdict } from '../sync/plan.ts';
import { latestContainer, type PodState, podIPsOf } from '../sync/pod-state.ts';
import { runProbe } from './run-probe.ts';

type Kind = 'startup' | 'liveness' | 'readiness';

/** The verdicts of every probe, by container id. */
export interface ProbeResults {
  liveness(containerId: string): ProbeVerdict;
  startup(containerId: string): ProbeVerdict;
  isReady(containerId: string): boolean;
  isStarted(containerId: string): boolean;
  /** Probes exactly the containers that run now. */
  follow(pod: Pod, state: PodState, isEnding: boolean): void;
  forget(podUid: string): void;
}

interface Deps {
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly containers: ContainerService;
  readonly nodeIP: string;
  readonly changed: (podUid: string) => void;
}

interface Worker {
  readonly podUid: string;
  readonly kind: Kind;
  pod: Pod;
  podIP: string;
  verdict: ProbeVerdict;
  stop(): void;
}

/** Source: upstream pkg/kubelet/prober/worker.go. */
export function createProbes(deps: Deps): ProbeResults {
  const workers = new Map<string, Worker>();
  const verdict = (id: string, kind: Kind, absent: ProbeVerdict): ProbeVerdict =>
    workers.get(`${id}/${kind}`)?.verdict ?? absent;
  const started = (id: string) => verdict(id, 'startup', 'success') === 'success';

  const add = (
    key: string,
    pod: Pod,
    at: { named: NamedContainer; status: ContainerStatus; kind: Kind; probe: Probe; podIP: string },
  ): void => {
    const worker: Worker = startWorker(deps, {
      ...at,
      pod,
      isStarted: () => at.kind === 'startup' || started(at.status.id),
    });
    workers.set(key, worker);
  };

  return {
    liveness: (id) => verdict(id, 'liveness', 'success'),
    startup: (id) => verdict(id, 'startup', 'success'),
    isStarted: started,
    isReady: (id) => started(id) && verdict(id, 'readiness', 'success') === 'success',
    follow(pod, state, isEnding) {
      const podIP = pod.spec.hostNetwork ? deps.nodeIP : (podIPsOf(state)[0] ?? '');
      const wanted = new Set<string>();
      for (const named of containersOf(pod)) {
        const status = latestContainer(state, named.container.name);
        if (status?.state !== 'running' || !isProbed(named)) continue;
        for (const { kind, probe } of probesOf(named)) {
          if (isEnding && kind !== 'readiness') continue;
          const key = `${status.id}/${kind}`;
          wanted.add(key);
          const worker = workers.get(key);
          if (worker) Object.assign(worker, { pod, podIP });
          else add(key, pod, { named, status, kind, probe, podIP });
        }
      }
      dropOthers(workers, uidOf(pod), wanted);
    },
    forget: (podUid) => dropOthers(workers, podUid, new Set()),
  };
}

const isProbed = ({ kind, container }: NamedContainer): boolean =>
  kind === 'regular' || (kind === 'init' && isSidecar(container));

function probesOf({ container }: NamedContainer): readonly { kind: Kind; probe: Probe }[] {
  const { startupProbe, livenessProbe, readinessProbe } = container;
  return [
    ...(startupProbe ? [{ kind: 'startup' as const, probe: startupProbe }] : []),
    ...(livenessProbe ? [{ kind: 'liveness' as const, probe: livenessProbe }] : []),
    ...(readinessProbe ? [{ kind: 'readiness' as const, probe: readinessProbe }] : []),
  ];
}

function dropOthers(workers: Map<string, Worker>, podUid: string, wanted: ReadonlySet<string>): void {
  for (const [key, worker] of workers) {
    if (worker.podUid !== podUid || wanted.has(key)) continue;
    worker.stop();
    workers.delete(key);
  }
}

interface WorkerInput {
  readonly pod: Pod;
  readonly podIP: string;
  readonly named: NamedContainer;
  readonly status: ContainerStatus;
  readonly kind: Kind;
  readonly probe: Probe;
  readonly isStarted: () => boolean;
}

const INITIAL: Readonly<Record<Kind, ProbeVerdict>> = { startup: 'unknown', liveness: 'success', readiness: 'failure' };
const TITLE: Readonly<Record<Kind, string>> = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' };

function startWorker(deps: Deps, { pod, podIP, named, status, kind, probe, isStarted }: WorkerInput): Worker {
  const { clock, events, containers, changed } = deps;
  const periodMs = (probe.periodSeconds ?? 10) * 1000;
  let run = { isHealthy: true, count: 0 };
  let stopped = false;
  let cancel = () => {};
  const worker: Worker = {
    podUid: uidOf(pod),
    kind,
    pod,
    podIP,
    verdict: INITIAL[kind],
    stop() {
      stopped = true;
      cancel();
    },
  };
  const settle = (isHealthy: boolean) => {
    run = run.isHealthy === isHealthy ? { isHealthy, count: run.count + 1 } : { isHealthy, count: 1 };
    const needed = isHealthy ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (run.count < needed) return;
    const before = worker.verdict;
    worker.verdict = isHealthy ? 'success' : 'failure';
    if (before !== worker.verdict) changed(worker.podUid);
  };
  const ask = async () => {
    if (kind === 'startup' && worker.verdict === 'success') return;
    if (isStarted()) {
      const target = { pod: worker.pod, container: named.container, containerId: status.id, podIP: worker.podIP };
      const { isHealthy, output } = await runProbe(probe, target, containers);
      if (stopped) return;
      if (!isHealthy)
        events.event(worker.pod, {
          type: 'Warning',
          reason: 'Unhealthy',
          message: `${TITLE[kind]} probe failed: ${output}`,
          fieldPath: fieldPathOf(named),
        });
      settle(isHealthy);
    }
    arm(periodMs);
  };
  const arm = (delayMs: number) => {
    if (!stopped) cancel = clock.after(delayMs, () => void ask());
  };
  arm(Math.max(0, status.startedAtMs + (probe.initialDelaySeconds ?? 0) * 1000 - clock.now()));
  return worker;
}
