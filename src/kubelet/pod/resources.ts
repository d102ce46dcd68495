import type { Container, Pod, ResourceRequirements } from '#gen/core/v1.ts';
import type { ContainerResources } from '../runtimes/runtime.ts';
import { isSidecar } from './containers.ts';
import { oomScoreAdjOf } from './qos.ts';
import { milliValue, wholeValue } from './quantity.ts';

const MIN_SHARES = 2;
const MAX_SHARES = 262_144;
const PERIOD_MICROS = 100_000;
const MIN_QUOTA_MICROS = 1000;

/** Source: upstream cm/helpers_linux.go MilliCPUToShares. */
export function cpuShares(millis: number): number {
  if (millis <= 0) return MIN_SHARES;
  return Math.min(MAX_SHARES, Math.max(MIN_SHARES, Math.floor((millis * 1024) / 1000)));
}

/** Microseconds of CPU in each period; 0 means no limit. */
export const cpuQuota = (millis: number): number =>
  millis <= 0 ? 0 : Math.max(MIN_QUOTA_MICROS, Math.floor((millis * PERIOD_MICROS) / 1000));

/** What the runtime is told for one container. */
export function runtimeResources(
  pod: Pod,
  container: Pick<Container, 'resources'>,
  nodeMemoryBytes: number,
): ContainerResources {
  const { requests, limits } = container.resources ?? {};
  const limitMillis = milliValue(limits?.['cpu']);
  const memory = wholeValue(limits?.['memory']);
  return {
    cpuShares: cpuShares(requests?.['cpu'] === undefined ? limitMillis : milliValue(requests['cpu'])),
    ...(limitMillis > 0 && { cpuQuota: cpuQuota(limitMillis), cpuPeriod: PERIOD_MICROS }),
    ...(memory > 0 && { memoryLimitBytes: memory }),
    oomScoreAdj: oomScoreAdjOf(pod, container, nodeMemoryBytes),
  };
}

type Kind = 'requests' | 'limits';

/** Requests or limits of the pod as a whole: sidecars add up, other init containers only raise the maximum. Source: upstream resourcehelper.PodRequests. */
export function podTotals(
  pod: Pod,
  kind: Kind,
): { cpuMillis: number; memoryBytes: number; cpuAll: boolean; memoryAll: boolean } {
  const own = pod.spec.resources?.[kind];
  const { containers, initContainers = [] } = pod.spec;
  const cpu = resourceTotal(pod, (resources) => milliValue(resources?.[kind]?.['cpu']));
  const memory = resourceTotal(pod, (resources) => wholeValue(resources?.[kind]?.['memory']));
  const all = (name: string) =>
    [...containers, ...initContainers].every((c) => c.resources?.[kind]?.[name] !== undefined);
  const overhead = kind === 'requests' || own ? pod.spec.overhead : undefined;
  return {
    cpuMillis: (own?.['cpu'] ? milliValue(own['cpu']) : cpu) + milliValue(overhead?.['cpu']),
    memoryBytes: (own?.['memory'] ? wholeValue(own['memory']) : memory) + wholeValue(overhead?.['memory']),
    cpuAll: own?.['cpu'] !== undefined || all('cpu'),
    memoryAll: own?.['memory'] !== undefined || all('memory'),
  };
}

/** Sum over the containers as the scheduler sees them: sidecars add up, other init containers only raise the maximum. */
export function resourceTotal(pod: Pod, of: (resources: ResourceRequirements | undefined) => number): number {
  let sidecars = 0;
  let peak = 0;
  for (const container of pod.spec.initContainers ?? []) {
    const value = of(container.resources);
    if (isSidecar(container)) sidecars += value;
    peak = Math.max(peak, isSidecar(container) ? sidecars : sidecars + value);
  }
  const regular = pod.spec.containers.reduce((sum, container) => sum + of(container.resources), 0);
  return Math.max(regular + sidecars, peak);
}

/** Limits of the pod's own cgroup: a limit holds only where every container has one. */
export function podCgroupResources(pod: Pod): ContainerResources {
  const requests = podTotals(pod, 'requests');
  const limits = podTotals(pod, 'limits');
  return {
    cpuShares: cpuShares(requests.cpuMillis),
    ...(limits.cpuAll && limits.cpuMillis > 0 && { cpuQuota: cpuQuota(limits.cpuMillis), cpuPeriod: PERIOD_MICROS }),
    ...(limits.memoryAll && limits.memoryBytes > 0 && { memoryLimitBytes: limits.memoryBytes }),
  };
}
