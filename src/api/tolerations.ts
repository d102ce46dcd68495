import type { Taint, Toleration } from '#gen/core/v1.ts';

/** Source: core/v1 Toleration.ToleratesTaint. */
export function isTolerated(
  taint: Pick<Taint, 'key' | 'value' | 'effect'>,
  tolerations: readonly Toleration[],
): boolean {
  return tolerations.some((toleration) => tolerates(toleration, taint));
}

/** Whether a toleration answers a taint. Source: core/v1 Toleration.ToleratesTaint. */
export function tolerates(toleration: Toleration, taint: Pick<Taint, 'key' | 'value' | 'effect'>): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  const operator = toleration.operator || 'Equal';
  if (operator === 'Exists') return true;
  return operator === 'Equal' && Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
}
