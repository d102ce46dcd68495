import type { MetricSpec as MetricSpecV1, MetricStatus as MetricStatusV1 } from '#gen/autoscaling/v1.ts';
import type { MetricSpec, MetricStatus, MetricTarget } from '#gen/autoscaling/v2.ts';

/** Metrics in the form that v1 keeps in annotations. Source: pkg/apis/autoscaling/v1/conversion.go. */
const target = (values: Omit<MetricTarget, 'type'>): MetricTarget => {
  const type =
    values.averageUtilization !== undefined
      ? 'Utilization'
      : values.averageValue !== undefined
        ? 'AverageValue'
        : 'Value';
  return defined({ type, ...values });
};

export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

const objectSpecToV1 = (object: NonNullable<MetricSpec['object']>) =>
  defined({
    target: object.describedObject,
    metricName: object.metric?.name ?? '',
    targetValue: object.target?.value ?? '0',
    selector: object.metric?.selector,
    averageValue: object.target?.averageValue,
  });

const externalSpecToV1 = (external: NonNullable<MetricSpec['external']>) =>
  defined({
    metricName: external.metric?.name ?? '',
    metricSelector: external.metric?.selector,
    targetValue: external.target?.value,
    targetAverageValue: external.target?.averageValue,
  });

export function specToV1({ type, resource, containerResource, pods, object, external }: MetricSpec): MetricSpecV1 {
  return defined({
    type: type as MetricSpecV1['type'],
    resource: resource && defined({ name: resource.name, ...shares(resource.target) }),
    containerResource:
      containerResource &&
      defined({
        name: containerResource.name,
        ...shares(containerResource.target),
        container: containerResource.container,
      }),
    pods:
      pods &&
      defined({
        metricName: pods.metric?.name ?? '',
        selector: pods.metric?.selector,
        targetAverageValue: pods.target?.averageValue ?? '0',
      }),
    object: object && objectSpecToV1(object),
    external: external && externalSpecToV1(external),
  });
}

const shares = (from: MetricTarget | undefined) => ({
  targetAverageUtilization: from?.averageUtilization,
  targetAverageValue: from?.averageValue,
});

export function specFromV1({ type, resource, containerResource, pods, object, external }: MetricSpecV1): MetricSpec {
  return defined({
    type,
    resource: resource && { name: resource.name, target: ofShares(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      target: ofShares(containerResource),
      container: containerResource.container,
    },
    pods: pods && {
      metric: defined({ name: pods.metricName, selector: pods.selector }),
      target: target({ averageValue: pods.targetAverageValue }),
    },
    object: object && {
      describedObject: object.target,
      target: target(
        object.averageValue === undefined ? { value: object.targetValue } : { averageValue: object.averageValue },
      ),
      metric: defined({ name: object.metricName, selector: object.selector }),
    },
    external: external && {
      metric: defined({ name: external.metricName, selector: external.metricSelector }),
      target: target({ value: external.targetValue, averageValue: external.targetAverageValue }),
    },
  });
}

interface Shares {
  targetAverageUtilization?: number | undefined;
  targetAverageValue?: string | undefined;
}

const ofShares = (from: Shares): MetricTarget =>
  target({ averageUtilization: from.targetAverageUtilization, averageValue: from.targetAverageValue });

const objectStatusToV1 = (object: NonNullable<MetricStatus['object']>) =>
  defined({
    target: object.describedObject,
    metricName: object.metric?.name ?? '',
    currentValue: object.current?.value ?? '0',
    selector: object.metric?.selector,
    averageValue: object.current?.averageValue,
  });

const externalStatusToV1 = (external: NonNullable<MetricStatus['external']>) =>
  defined({
    metricName: external.metric?.name ?? '',
    metricSelector: external.metric?.selector,
    currentValue: external.current?.value ?? '0',
    currentAverageValue: external.current?.averageValue,
  });

export function statusToV1({
  type,
  resource,
  containerResource,
  pods,
  object,
  external,
}: MetricStatus): MetricStatusV1 {
  const usage = (from: typeof resource) => ({
    name: from?.name ?? '',
    currentAverageUtilization: from?.current?.averageUtilization,
    currentAverageValue: from?.current?.averageValue ?? '0',
  });
  return defined({
    type: type as MetricStatusV1['type'],
    resource: resource && defined(usage(resource)),
    containerResource:
      containerResource && defined({ ...usage(containerResource), container: containerResource.container }),
    pods:
      pods &&
      defined({
        metricName: pods.metric?.name ?? '',
        currentAverageValue: pods.current?.averageValue ?? '0',
        selector: pods.metric?.selector,
      }),
    object: object && objectStatusToV1(object),
    external: external && externalStatusToV1(external),
  });
}
