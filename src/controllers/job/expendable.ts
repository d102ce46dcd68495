import type { Pod } from '#gen/core/v1.ts';
import { isPodReady } from '#reconciler/pod-state.ts';

/** Pods that have done the least first. */
export function byExpendable(pods: readonly Pod[]): Pod[] {
  const rank = (pod: Pod) =>
    (pod.spec.nodeName ? 1 : 0) + (pod.status?.phase === 'Running' ? 1 : 0) + (isPodReady(pod) ? 1 : 0);
  return pods.toSorted(
    (a, b) => rank(a) - rank(b) || b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
  );
}
