import { compareQuantities } from '#apimachinery/quantity.ts';
import type { Container, Pod, ResourceRequirements } from '#gen/core/v1.ts';
import { milliValue, wholeValue } from './quantity.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';
const COMPUTE = ['cpu', 'memory'] as const;

const has = (list: Record<string, string> | undefined, name: string): boolean => milliValue(list?.[name]) > 0;

const isGuaranteed = ({ requests, limits }: ResourceRequirements): boolean =>
  COMPUTE.every(
    (name) => has(limits, name) && (!requests?.[name] || compareQuantities(requests[name], limits?.[name] ?? 0) === 0),
  );

const isEmpty = ({ requests, limits }: ResourceRequirements): boolean =>
  COMPUTE.every((name) => !has(requests, name) && !has(limits, name));

/** Source: upstream pkg/apis/core/v1/helper/qos. */
export function qosClassOf(pod: Pod): QosClass {
  if (pod.status?.qosClass) return pod.status.qosClass;
  const { resources, containers, initContainers = [] } = pod.spec;
  if (resources && !isEmpty(resources)) return isGuaranteed(resources) ? 'Guaranteed' : 'Burstable';
  const all = [...containers, ...initContainers].map((container) => container.resources ?? {});
  if (all.every(isEmpty)) return 'BestEffort';
  return all.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

const CRITICAL_PRIORITY = 2_000_000_000;

/** Who is killed first when the node runs out of memory: -997 (last) to 1000 (first). Source: upstream pkg/kubelet/qos/policy.go. */
export function oomScoreAdjOf(pod: Pod, container: Pick<Container, 'resources'>, nodeMemoryBytes: number): number {
  const qos = qosClassOf(pod);
  if ((pod.spec.priority ?? 0) >= CRITICAL_PRIORITY || qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const requested = wholeValue(container.resources?.requests?.['memory']);
  const score = 1000 - Math.floor((1000 * requested) / Math.max(1, nodeMemoryBytes));
  return Math.min(999, Math.max(3, score));
}
