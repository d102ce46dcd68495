import { addQuantities, asQuantity, compareQuantities, formatQuantity, type Quantity } from '#apimachinery/quantity.ts';
import type { Container, Pod } from '#gen/core/v1.ts';

type Amounts = Map<string, Quantity>;

export interface PodUsage {
  requests: Record<string, string>;
  limits: Record<string, string>;
}

/**
 * What a pod asks for as a whole: the sum of its containers, or its largest init container where that is more;
 * sidecars count as containers; overhead on top. Source: component-helpers resource.PodRequests.
 */
export function podUsage(pod: Pod): PodUsage {
  return { requests: total(pod, 'requests'), limits: total(pod, 'limits') };
}

function total({ spec }: Pod, kind: 'requests' | 'limits'): Record<string, string> {
  const amountsOf = ({ resources }: Container): Amounts =>
    new Map(Object.entries(resources?.[kind] ?? {}).map(([name, value]) => [name, asQuantity(value)]));
  let running: Amounts = new Map();
  for (const container of spec?.containers ?? []) running = plus(running, amountsOf(container));
  let sidecars: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const container of spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      sidecars = plus(sidecars, amountsOf(container));
      running = plus(running, amountsOf(container));
      starting = larger(starting, sidecars);
    } else starting = larger(starting, plus(sidecars, amountsOf(container)));
  }
  let all = larger(running, starting);
  for (const [name, value] of Object.entries(spec?.resources?.[kind] ?? {})) all.set(name, asQuantity(value));
  if (kind === 'requests') {
    all = plus(all, new Map(Object.entries(spec?.overhead ?? {}).map(([name, value]) => [name, asQuantity(value)])));
  }
  return Object.fromEntries([...all].map(([name, value]) => [name, formatQuantity(value)]));
}

function plus(left: Amounts, right: Amounts): Amounts {
  const sum = new Map(left);
  for (const [name, value] of right) {
    const known = sum.get(name);
    sum.set(name, known ? addQuantities(known, value) : value);
  }
  return sum;
}

function larger(left: Amounts, right: Amounts): Amounts {
  const result = new Map(left);
  for (const [name, value] of right) {
    const known = result.get(name);
    if (!known || compareQuantities(value, known) > 0) result.set(name, value);
  }
  return result;
}
