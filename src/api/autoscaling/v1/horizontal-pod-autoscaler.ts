import { defineResource, type Resource } from '#apimachinery/resource.ts';
import type { HorizontalPodAutoscaler } from '#gen/autoscaling/v1.ts';
import { specOf } from '../../defaults/spec.ts';
import { horizontalPodAutoscalers as stored } from '../v2/horizontal-pod-autoscaler.ts';
import { fromV2, toV2 } from './conversion.ts';

export const horizontalPodAutoscalers = defineResource<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  scope: 'Namespaced',
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: [{ name: 'status', kind: 'HorizontalPodAutoscaler', verbs: ['get', 'patch', 'update'] }],
  columns: stored.columns.map((column) => ({ ...column, of: (object, nowMs) => column.of(toV2(object), nowMs) })),
  defaults: (autoscaler) => {
    specOf(autoscaler).minReplicas ??= 1;
  },
  conversion: { stored: stored as Resource, toStored: toV2, fromStored: fromV2 },
});
