import type { Pod, Taint, Toleration } from '#gen/core/v1.ts';

/** Whether a toleration answers a taint. Source: v1.Toleration.ToleratesTaint. */
export function tolerates({ key = '', operator = 'Equal', value = '', effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return operator === 'Equal' && key !== '' && value === (taint.value ?? '');
}

/** Milliseconds until the pod must leave its node: 0 at once, undefined never. */
export function evictionDelayMs(pod: Pod, taints: readonly Taint[], nowMs: number): number | undefined {
  const delays: number[] = [];
  for (const taint of taints.filter(({ effect }) => effect === 'NoExecute')) {
    const answers = (pod.spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (answers.length === 0) return 0;
    const limits = answers.map(({ tolerationSeconds }) => tolerationSeconds).filter((each) => each !== undefined);
    if (limits.length === 0) continue;
    const sinceMs = taint.timeAdded ? Date.parse(taint.timeAdded) : nowMs;
    delays.push(Math.max(0, sinceMs + Math.max(0, Math.min(...limits)) * 1000 - nowMs));
  }
  return delays.length === 0 ? undefined : Math.min(...delays);
}
