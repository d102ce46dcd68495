import { compareQuantities } from '#apimachinery/quantity.ts';
import type { Container, PodSpec } from '#gen/core/v1.ts';

type QosClass = 'BestEffort' | 'Burstable' | 'Guaranteed';
const COUNTED = ['cpu', 'memory'] as const;

function amountOf(list: Record<string, string> | undefined, name: string): string | undefined {
  const amount = list?.[name];
  return amount !== undefined && compareQuantities(amount, 0) > 0 ? amount : undefined;
}

function isGuaranteed({ resources }: Pick<Container, 'resources'>): boolean {
  return COUNTED.every((name) => {
    const limit = amountOf(resources?.limits, name);
    const request = amountOf(resources?.requests, name);
    return limit !== undefined && (request === undefined || compareQuantities(limit, request) === 0);
  });
}

const asksNothing = ({ resources }: Pick<Container, 'resources'>): boolean =>
  COUNTED.every((name) => !amountOf(resources?.limits, name) && !amountOf(resources?.requests, name));

/** Source: pkg/apis/core/helper/qos, ComputePodQOS. */
export function qosClassOf(spec: PodSpec): QosClass {
  const parts = spec.resources ? [spec] : [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  if (parts.every(asksNothing)) return 'BestEffort';
  return parts.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}
