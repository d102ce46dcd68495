import { pods } from '#api/core/v1/pod.ts';
import type { Pod } from '#gen/core/v1.ts';
import { defineStrategy } from '../../../strategy.ts';
import { qosClassOf } from './qos.ts';
import { validatePodSpec } from './spec.ts';
import { validatePodUpdate } from './update.ts';
import { warningsOfPodSpec } from './warnings.ts';

/** A pod that no kubelet holds goes at once. Source: pkg/registry/core/pod/strategy.go, CheckGracefulDelete. */
function gracePeriodSeconds({ spec, status }: Pod, asked: number | undefined): number {
  const isFinished = status?.phase === 'Failed' || status?.phase === 'Succeeded';
  if (!spec.nodeName || isFinished) return 0;
  const period = asked ?? spec.terminationGracePeriodSeconds ?? 0;
  return period < 0 ? 1 : period;
}

export const podStrategy = defineStrategy(pods, {
  prepareForCreate(pod) {
    pod.status = { phase: 'Pending', qosClass: qosClassOf(pod.spec) };
    if (!pod.spec.schedulingGates?.length) return;
    const message = 'Scheduling is blocked due to non-empty scheduling gates';
    pod.status.conditions = [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message }];
  },
  prepareForUpdate(next, previous) {
    next.status = previous.status;
  },
  prepareForStatusUpdate(next, previous) {
    next.spec = previous.spec;
    next.metadata.ownerReferences = previous.metadata.ownerReferences;
    next.status ??= {};
    next.status.qosClass ??= previous.status?.qosClass;
  },
  validate: (pod, at) => validatePodSpec(pod.spec, at.child('spec')),
  validateUpdate: (next, previous, at) => validatePodUpdate(next, previous, at.child('spec')),
  warnings: ({ spec }) => warningsOfPodSpec(spec),
  gracePeriodSeconds,
});
