import { tolerates } from '#api/tolerations.ts';
import type { Pod, Taint } from '#gen/core/v1.ts';

/** Milliseconds until the pod must leave its node: 0 at once, undefined never. */
export function evictionDelayMs(pod: Pod, taints: readonly Taint[], nowMs: number): number | undefined {
  const delays: number[] = [];
  for (const taint of taints.filter(({ effect }) => effect === 'NoExecute')) {
    // The first that answers counts, as upstream's GetMatchingTolerations has it.
    const answer = pod.spec.tolerations?.find((toleration) => tolerates(toleration, taint));
    if (!answer) return 0;
    if (answer.tolerationSeconds === undefined) continue;
    const sinceMs = taint.timeAdded ? Date.parse(taint.timeAdded) : nowMs;
    delays.push(Math.max(0, sinceMs + Math.max(0, answer.tolerationSeconds) * 1000 - nowMs));
  }
  return delays.length === 0 ? undefined : Math.min(...delays);
}
