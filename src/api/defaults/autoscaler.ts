import type { HorizontalPodAutoscaler, HPAScalingRules, MetricSpec } from '#gen/autoscaling/v2.ts';

/** What an autoscaler watches that names no metric: 80 % of the requested CPU. */
export const defaultMetrics = (): MetricSpec[] => [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];

function defaultRules(given: HPAScalingRules | undefined, byDefault: HPAScalingRules): HPAScalingRules {
  const kept = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return { ...byDefault, ...Object.fromEntries(kept) };
}

const SCALE_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};

const SCALE_DOWN: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/** Source: pkg/apis/autoscaling/v2/defaults.go. */
export function defaultAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  if (!spec) return;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) spec.metrics = defaultMetrics();
  if (!spec.behavior) return;
  spec.behavior.scaleUp = defaultRules(spec.behavior.scaleUp, structuredClone(SCALE_UP));
  spec.behavior.scaleDown = defaultRules(spec.behavior.scaleDown, structuredClone(SCALE_DOWN));
}
