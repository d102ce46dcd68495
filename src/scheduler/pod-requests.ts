import { quantityMilliValue, quantityValue } from '#apimachinery/quantity.ts';
import type { Container, Pod } from '#gen/core/v1.ts';

/** Amounts of resources: CPU in thousandths, memory and storage in bytes, everything else in whole units. */
export type Amounts = Map<string, number>;

export const amountOf = (resource: string, quantity: string): number =>
  resource === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity);

function requestsOf(container: Pick<Container, 'resources'>): Amounts {
  const amounts: Amounts = new Map();
  for (const [name, quantity] of Object.entries(container.resources?.requests ?? {})) {
    amounts.set(name, amountOf(name, quantity));
  }
  return amounts;
}

export function add(into: Amounts, amounts: ReadonlyMap<string, number>, sign: 1 | -1 = 1): void {
  for (const [name, amount] of amounts) into.set(name, (into.get(name) ?? 0) + sign * amount);
}

function raiseTo(into: Amounts, amounts: ReadonlyMap<string, number>): void {
  for (const [name, amount] of amounts) into.set(name, Math.max(into.get(name) ?? 0, amount));
}

/**
 * What a pod asks of a node: its containers and sidecars together, or its greediest init container if that is more,
 * plus overhead. Source: KEP-753, component-helpers resource.PodRequests.
 */
export function podRequests(pod: Pod): Amounts {
  const total: Amounts = new Map();
  for (const container of pod.spec.containers) add(total, requestsOf(container));
  const sidecars: Amounts = new Map();
  const init: Amounts = new Map();
  for (const container of pod.spec.initContainers ?? []) {
    const requests = requestsOf(container);
    if (container.restartPolicy === 'Always') {
      add(sidecars, requests);
      raiseTo(init, sidecars);
    } else {
      add(requests, sidecars);
      raiseTo(init, requests);
    }
  }
  add(total, sidecars);
  raiseTo(total, init);
  for (const [name, quantity] of Object.entries(pod.spec.resources?.requests ?? {})) {
    total.set(name, amountOf(name, quantity));
  }
  for (const [name, quantity] of Object.entries(pod.spec.overhead ?? {})) {
    total.set(name, (total.get(name) ?? 0) + amountOf(name, quantity));
  }
  return total;
}

const DEFAULT_MILLIS = 100;
const DEFAULT_BYTES = 200 * 1024 * 1024;

/** For scoring, a container that asks for nothing counts as 100m CPU and 200 MiB. Source: util.GetNonzeroRequests. */
export function scoringRequests(pod: Pod): { cpu: number; memory: number } {
  let cpu = 0;
  let memory = 0;
  for (const container of pod.spec.containers) {
    const requests = requestsOf(container);
    cpu += requests.get('cpu') ?? DEFAULT_MILLIS;
    memory += requests.get('memory') ?? DEFAULT_BYTES;
  }
  const whole = podRequests(pod);
  return { cpu: Math.max(cpu, whole.get('cpu') ?? 0), memory: Math.max(memory, whole.get('memory') ?? 0) };
}
