import type { Taint, Toleration } from '#gen/core/v1.ts';

/** Whether a toleration answers a taint. Source: v1.Toleration.ToleratesTaint. */
export function tolerates({ key = '', operator = 'Equal', value = '', effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return operator === 'Equal' && key !== '' && value === (taint.value ?? '');
}
