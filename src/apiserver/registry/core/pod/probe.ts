import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '#gen/core/v1.ts';
import { checked, each, notNegative, oneOf, required } from '../../validation/fields.ts';
import { portName, portNumber } from '../../validation/formats.ts';

const HEADER_SENTENCE =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

/** A number in range, or the name of a port. */
export function validatePortRef(port: number | string | undefined, at: FieldPath): FieldError[] {
  if (typeof port === 'string') return checked(port, portName, at);
  return portNumber(port ?? 0).map((sentence) => at.invalid(port ?? 0, sentence));
}

function validateHttpGet({ path, port, scheme, httpHeaders }: HTTPGetAction, at: FieldPath): FieldError[] {
  return [
    ...required(path, at.child('path')),
    ...validatePortRef(port, at.child('port')),
    ...oneOf(scheme, ['HTTP', 'HTTPS'], at.child('scheme')),
    ...each(httpHeaders, at.child('httpHeaders'), ({ name }, place) =>
      /^[-A-Za-z0-9]+$/.test(name) ? [] : [place.child('name').invalid(name, HEADER_SENTENCE)],
    ),
  ];
}

type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<LifecycleHandler, 'sleep'>;

function validateOne(kind: keyof Handler, handler: Handler, at: FieldPath): FieldError[] {
  const place = at.child(kind);
  switch (kind) {
    case 'exec':
      return handler.exec?.command?.length ? [] : [place.child('command').required('')];
    case 'httpGet':
      return handler.httpGet ? validateHttpGet(handler.httpGet, place) : [];
    case 'tcpSocket':
      return validatePortRef(handler.tcpSocket?.port, place.child('port'));
    case 'grpc':
      return validatePortRef(handler.grpc?.port, place.child('port'));
    case 'sleep':
      return notNegative(handler.sleep?.seconds, place.child('seconds'));
  }
}

const KINDS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function validateHandler(handler: Handler, at: FieldPath): FieldError[] {
  const [first, ...others] = KINDS.filter((kind) => handler[kind] !== undefined);
  if (!first) return [at.required('must specify a handler type')];
  return [
    ...validateOne(first, handler, at),
    ...others.map((kind) => at.child(kind).forbidden('may not specify more than 1 handler type')),
  ];
}

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

/** Source: pkg/apis/core/validation, validateProbe. */
export function validateProbe(probe: Probe | undefined, at: FieldPath): FieldError[] {
  if (!probe) return [];
  const grace = probe.terminationGracePeriodSeconds;
  return [
    ...validateHandler(probe, at),
    ...COUNTS.flatMap((name) => notNegative(probe[name], at.child(name))),
    ...(grace !== undefined && grace <= 0
      ? [at.child('terminationGracePeriodSeconds').invalid(grace, 'must be greater than 0')]
      : []),
  ];
}

/** Liveness and startup probes cannot ask for more than one success. */
export function validateAliveProbe(probe: Probe | undefined, at: FieldPath): FieldError[] {
  const errors = validateProbe(probe, at);
  if (probe && probe.successThreshold !== 1) {
    errors.push(at.child('successThreshold').invalid(probe.successThreshold ?? 0, 'must be 1'));
  }
  return errors;
}

export function validateReadinessProbe(probe: Probe | undefined, at: FieldPath): FieldError[] {
  const errors = validateProbe(probe, at);
  if (probe?.terminationGracePeriodSeconds !== undefined) {
    errors.push(
      at
        .child('terminationGracePeriodSeconds')
        .invalid(probe.terminationGracePeriodSeconds, 'must not be set for readinessProbes'),
    );
  }
  return errors;
}

export function validateLifecycle(lifecycle: Lifecycle | undefined, at: FieldPath): FieldError[] {
  return [
    ...(lifecycle?.postStart ? validateHandler(lifecycle.postStart, at.child('postStart')) : []),
    ...(lifecycle?.preStop ? validateHandler(lifecycle.preStop, at.child('preStop')) : []),
  ];
}
