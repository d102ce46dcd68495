import type { KubeObject } from '#apimachinery/object.ts';
import type { HorizontalPodAutoscaler as AutoscalerV1, MetricSpec as MetricSpecV1 } from '#gen/autoscaling/v1.ts';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerBehavior, MetricSpec } from '#gen/autoscaling/v2.ts';
import { defaultMetrics } from '../../defaults/autoscaler.ts';
import { defined, specFromV1, specToV1, statusToV1 } from './annotated-metrics.ts';

const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;

const isCpuUtilization = ({ type, resource }: MetricSpec): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target?.averageUtilization !== undefined;

/** Renames all keys; the behavior annotation spells them as the server's Go structs do. */
function renamed(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => renamed(one, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined && one !== null)
      .map(([key, one]) => [rename(key), renamed(one, rename)]),
  );
}

const upper = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1);
const lower = (key: string): string => key.charAt(0).toLowerCase() + key.slice(1);

function parsed(annotations: Readonly<Record<string, string>>, name: string): unknown {
  const text = annotations[name];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // upstream too ignores what cannot be read, since anybody may write annotations
  }
}

function metricsOf(annotations: Readonly<Record<string, string>>, cpuPercentage: number | undefined): MetricSpec[] {
  const listed = parsed(annotations, METRICS);
  const others = Array.isArray(listed) ? (listed as MetricSpecV1[]).map(specFromV1) : [];
  if (cpuPercentage === undefined) return others.length > 0 ? others : defaultMetrics();
  const target = { type: 'Utilization', averageUtilization: cpuPercentage };
  return [{ type: 'Resource', resource: { name: 'cpu', target } }, ...others];
}

function plainAnnotations(annotations: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const kept = Object.entries(annotations).filter(
    ([name]) => ![METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR].includes(name),
  );
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** v1 knows one metric by field and carries the rest in annotations. Source: pkg/apis/autoscaling/v1/conversion.go. */
export function toV2({ metadata, spec, status }: AutoscalerV1): HorizontalPodAutoscaler {
  const annotations = metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage, ...sameSpec } = spec;
  const { currentCPUUtilizationPercentage, ...sameStatus } = status ?? { currentReplicas: 0, desiredReplicas: 0 };
  const behavior = renamed(parsed(annotations, BEHAVIOR), lower) as HorizontalPodAutoscalerBehavior | undefined;
  const current =
    currentCPUUtilizationPercentage === undefined
      ? undefined
      : [
          {
            type: 'Resource',
            resource: { name: 'cpu', current: { averageUtilization: currentCPUUtilizationPercentage } },
          },
        ];
  const { annotations: _, ...identity } = metadata;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: defined({ ...identity, annotations: plainAnnotations(annotations) }),
    spec: defined({ ...sameSpec, metrics: metricsOf(annotations, targetCPUUtilizationPercentage), behavior }),
    status: defined({ ...sameStatus, currentMetrics: current }),
  };
}

function annotationsFor({ spec, status }: HorizontalPodAutoscaler): Record<string, string> {
  const others = (spec.metrics ?? []).filter((metric) => !isCpuUtilization(metric)).map(specToV1);
  const current = (status?.currentMetrics ?? []).map(statusToV1);
  return {
    ...(others.length > 0 && { [METRICS]: JSON.stringify(others) }),
    ...(current.length > 0 && { [CURRENT_METRICS]: JSON.stringify(current) }),
    ...(status?.conditions?.length && { [CONDITIONS]: JSON.stringify(status.conditions) }),
    ...(spec.behavior && { [BEHAVIOR]: JSON.stringify(renamed(spec.behavior, upper)) }),
  };
}

export function fromV2(stored: KubeObject): AutoscalerV1 {
  const autoscaler = stored as HorizontalPodAutoscaler;
  const { metrics = [], behavior: _, ...spec } = autoscaler.spec;
  const { currentMetrics = [], conditions: __, ...status } = autoscaler.status ?? { desiredReplicas: 0 };
  const cpu = metrics.find(isCpuUtilization)?.resource?.target?.averageUtilization;
  const used = currentMetrics.find(({ resource }) => resource?.name === 'cpu')?.resource?.current?.averageUtilization;
  const annotations = { ...autoscaler.metadata.annotations, ...annotationsFor(autoscaler) };
  const hasAnnotations = Object.keys(annotations).length > 0;
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: hasAnnotations ? { ...autoscaler.metadata, annotations } : autoscaler.metadata,
    spec: defined({ ...spec, targetCPUUtilizationPercentage: cpu }),
    status: defined({ currentReplicas: 0, ...status, currentCPUUtilizationPercentage: used }) as AutoscalerV1['status'],
  };
}
