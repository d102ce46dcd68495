import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { compareQuantities } from '#apimachinery/quantity.ts';
import type { CrossVersionObjectReference, MetricIdentifier, MetricSpec, MetricTarget } from '#gen/autoscaling/v2.ts';
import { requiredAs } from '../validation/fields.ts';
import { pathSegment } from '../validation/formats.ts';
import { validateLabelSelector } from '../validation/label-selector.ts';

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const SOURCES = ['object', 'pods', 'resource', 'containerResource', 'external'] as const;
const TARGETS = ['Utilization', 'Value', 'AverageValue'];

export function validateObjectReference(
  reference: CrossVersionObjectReference | undefined,
  at: FieldPath,
): FieldError[] {
  return [
    ...requiredAs(reference?.kind, pathSegment, at.child('kind')),
    ...requiredAs(reference?.name, pathSegment, at.child('name')),
  ];
}

function validateTarget(target: MetricTarget | undefined, at: FieldPath): FieldError[] {
  const { type, averageUtilization } = target ?? { type: '' };
  const errors: FieldError[] = [];
  if (!type) errors.push(at.child('type').required('must specify a metric target type'));
  else if (!TARGETS.includes(type)) {
    errors.push(at.child('type').invalid(type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const name of ['value', 'averageValue'] as const) {
    const amount = target?.[name];
    if (amount !== undefined && compareQuantities(amount, 0) <= 0) {
      errors.push(at.child(name).invalid(amount, 'must be positive'));
    }
  }
  if (averageUtilization === undefined || averageUtilization >= 1) return errors;
  return [...errors, at.child('averageUtilization').invalid(averageUtilization, 'must be greater than 0')];
}

function validateIdentifier(metric: MetricIdentifier | undefined, at: FieldPath): FieldError[] {
  const name = at.child('name');
  return [
    ...(metric?.name ? pathSegment(metric.name).map((why) => name.invalid(metric.name, why)) : []),
    ...(metric?.name ? [] : [name.required('must specify a metric name')]),
    ...validateLabelSelector(metric?.selector, at.child('selector')),
  ];
}

/** Either this or that, for sources that know two ways to say how much. */
function validateChoice(
  target: MetricTarget | undefined,
  other: 'value' | 'averageUtilization',
  at: FieldPath,
): FieldError[] {
  const [one, two] = [target?.[other], target?.averageValue];
  const isUtilization = other === 'averageUtilization';
  if (one === undefined && two === undefined) {
    const sentence = isUtilization
      ? 'must set either a target raw value or a target utilization'
      : 'must set either a target value or averageValue';
    return [at.child(isUtilization ? 'averageUtilization' : 'averageValue').required(sentence)];
  }
  if (one === undefined || two === undefined || !isUtilization) return [];
  return [at.child('averageValue').forbidden('may not set both a target raw value and a target utilization')];
}

interface ResourceSource {
  name: string;
  target?: MetricTarget | undefined;
}

const validateResource = ({ name, target }: ResourceSource, at: FieldPath): FieldError[] => [
  ...(name ? [] : [at.child('name').required('must specify a resource name')]),
  ...validateTarget(target, at.child('target')),
  ...validateChoice(target, 'averageUtilization', at.child('target')),
];

type SourceKind = (typeof SOURCES)[number];

function validateContainerResource(spec: MetricSpec, at: FieldPath): FieldError[] {
  const source = spec.containerResource;
  const missing = source?.container ? [] : [at.child('container').required('must specify a container')];
  return source ? [...missing, ...validateResource(source, at)] : missing;
}

/** Metrics that are not of resources have a name. */
function validateNamed({ object, pods, external }: MetricSpec, kind: SourceKind, at: FieldPath): FieldError[] {
  const source = object ?? pods ?? external;
  const target = at.child('target');
  const errors = [
    ...(kind === 'object' ? validateObjectReference(object?.describedObject, at.child('describedObject')) : []),
    ...validateIdentifier(source?.metric, at.child('metric')),
    ...validateTarget(source?.target, target),
  ];
  if (kind !== 'pods') return [...errors, ...validateChoice(source?.target, 'value', target)];
  const sentence = 'must specify a positive target averageValue';
  return source?.target?.averageValue ? errors : [...errors, target.child('averageValue').required(sentence)];
}

function validateSource(spec: MetricSpec, kind: SourceKind, at: FieldPath): FieldError[] {
  if (kind === 'resource' && spec.resource) return validateResource(spec.resource, at);
  return kind === 'containerResource' ? validateContainerResource(spec, at) : validateNamed(spec, kind, at);
}

/** Source: pkg/apis/autoscaling/validation, validateMetricSpec. */
export function validateMetric(spec: MetricSpec, at: FieldPath): FieldError[] {
  const type = spec.type ?? '';
  const place = at.child('type');
  const errors = type ? [] : [place.required('must specify a metric source type')];
  if (!TYPES.includes(type)) errors.push(place.notSupported(type, TYPES));
  const given = SOURCES.filter((name) => spec[name] !== undefined);
  const expected = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  if (given[0]) errors.push(...validateSource(spec, given[0], at.child(given[0])));
  if (!given.some((name) => name === expected)) {
    errors.push(at.child(expected).required('must populate information for the given metric source'));
  }
  if (given.length === 1) return errors;
  const others = given.filter((name) => name !== expected);
  return [...errors, ...others.map((name) => at.child(name).forbidden('must populate the given metric source only'))];
}
