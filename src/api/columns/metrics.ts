import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '#gen/autoscaling/v2.ts';

const SOURCE = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;

interface Pair {
  target: MetricTarget | undefined;
  current: MetricValueStatus | undefined;
}

function valueText({ target, current }: Pair): string {
  return `${current?.value ?? '<unknown>'}/${target?.value ?? '<auto>'}`;
}

function averageText({ target, current }: Pair): string {
  return `${current?.averageValue ?? '<unknown>'}/${target?.averageValue}`;
}

function utilizationText({ target, current }: Pair): string {
  const now = current?.averageUtilization;
  const wanted = target?.averageUtilization;
  return `${now === undefined ? '<unknown>' : `${now}%`}/${wanted === undefined ? '<auto>' : `${wanted}%`}`;
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  const source = SOURCE[spec.type as keyof typeof SOURCE];
  if (!source) return '<unknown type>';
  const pair: Pair = { target: spec[source]?.target, current: status?.[source]?.current };
  const isAverage = pair.target?.averageValue !== undefined;
  switch (source) {
    case 'external':
      return isAverage ? `${averageText(pair)} (avg)` : valueText(pair);
    case 'object':
      return isAverage ? `${averageText(pair)} (avg)` : valueText(pair);
    case 'pods':
      return averageText(pair);
    case 'resource':
      return `${spec.resource?.name}: ${isAverage ? averageText(pair) : utilizationText(pair)}`;
    case 'containerResource':
      return `${spec.containerResource?.name}: ${isAverage ? averageText(pair) : utilizationText(pair)}`;
  }
}

/** The first two metrics as `current/target`. Source: pkg/printers/internalversion/printers.go, formatHPAMetrics. */
export function metricsCell(specs: readonly MetricSpec[] | undefined, statuses: readonly MetricStatus[] = []): string {
  const texts = (specs ?? []).map((spec, index) => metricText(spec, statuses[index]));
  if (texts.length === 0) return '<none>';
  const shown = texts.slice(0, 2).join(', ');
  return texts.length > 2 ? `${shown} + ${texts.length - 2} more...` : shown;
}
