import { defineResource } from '#apimachinery/resource.ts';
import type { HorizontalPodAutoscaler } from '#gen/autoscaling/v2.ts';
import { metricsCell } from '../../columns/metrics.ts';
import { UNSET } from '../../columns/text.ts';
import { defaultAutoscaler } from '../../defaults/autoscaler.ts';

export const horizontalPodAutoscalers = defineResource<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  scope: 'Namespaced',
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: [{ name: 'status', kind: 'HorizontalPodAutoscaler', verbs: ['get', 'patch', 'update'] }],
  columns: [
    {
      name: 'Reference',
      type: 'string',
      of: ({ spec }) => `${spec.scaleTargetRef?.kind}/${spec.scaleTargetRef?.name}`,
    },
    { name: 'Targets', type: 'string', of: ({ spec, status }) => metricsCell(spec.metrics, status?.currentMetrics) },
    { name: 'MinPods', type: 'string', of: ({ spec }) => String(spec.minReplicas ?? UNSET) },
    { name: 'MaxPods', type: 'string', of: ({ spec }) => spec.maxReplicas },
    { name: 'Replicas', type: 'string', of: ({ status }) => status?.currentReplicas ?? 0 },
  ],
  defaults: defaultAutoscaler,
});
