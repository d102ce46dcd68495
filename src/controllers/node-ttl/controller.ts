import { nodes } from '#api/core/v1/node.ts';
import { isNotFound } from '#apimachinery/status.ts';
import type { ControllerFactory } from '#reconciler/controller.ts';
import { enqueueSelf } from '#reconciler/mappings.ts';

export const TTL = 'node.alpha.kubernetes.io/ttl';

/** Seconds by cluster size; the bounds overlap, so that a cluster at a border does not swing. Source: pkg/controller/ttl. */
const BOUNDS: readonly { min: number; max: number; ttl: number }[] = [
  { min: 0, max: 100, ttl: 0 },
  { min: 90, max: 500, ttl: 15 },
  { min: 450, max: 1000, ttl: 30 },
  { min: 900, max: 2000, ttl: 60 },
  { min: 1800, max: Infinity, ttl: 300 },
];

/** The step for `count` nodes when the last one was `step`. */
export function nextStep(step: number, count: number): number {
  let next = step;
  while (count > (BOUNDS[next]?.max ?? Infinity)) next += 1;
  while (count < (BOUNDS[next]?.min ?? 0)) next -= 1;
  return next;
}

export const ttlAt = (step: number): number => BOUNDS[step]?.ttl ?? 0;

/** Tells kubelets, by an annotation on their node, how long they may trust cached secrets and config maps. */
export const nodeTtlController: ControllerFactory = ({ client, informers }) => {
  let step = 0;
  return {
    name: 'ttl-controller',
    watches: [enqueueSelf(nodes)],
    async reconcile({ key, signal }) {
      const node = informers.for(nodes).get(key);
      step = nextStep(step, informers.for(nodes).list().length);
      const value = String(ttlAt(step));
      if (!node || node.metadata.annotations?.[TTL] === value) return;
      const patch = { metadata: { annotations: { [TTL]: value } } };
      try {
        await client.patch(
          nodes,
          { namespace: '', name: key },
          { patchType: 'application/strategic-merge-patch+json', patch },
          { signal },
        );
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
};
