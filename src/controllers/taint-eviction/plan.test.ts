import { expect, it } from 'vitest';
import type { Pod, Taint, Toleration } from '#gen/core/v1.ts';
import { evictionDelayMs } from './plan.ts';

const at = Date.UTC(2026, 0, 1);
const taint: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' };
const pod = (tolerations: Toleration[]) => ({ metadata: {}, spec: { containers: [], tolerations } }) as unknown as Pod;

it.each<[string, Toleration[], number | undefined]>([
  ['at once without a toleration', [], 0],
  ['never with one without limit', [{ operator: 'Exists' }], undefined],
  ['after its seconds', [{ key: taint.key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }], 290_000],
  [
    'at once where the toleration is for another effect',
    [{ key: taint.key, operator: 'Exists', effect: 'NoSchedule' }],
    0,
  ],
])('a pod leaves %s', (_, tolerations, expected) => {
  expect(evictionDelayMs(pod(tolerations), [taint], at + 10_000)).toBe(expected);
});
