import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { TypedLocalObjectReference } from '#gen/core/v1.ts';
import type { IngressBackend, IngressServiceBackend } from '#gen/networking/v1.ts';
import { checked, requiredAs } from '../validation/fields.ts';
import { dns1035Label, dns1123Subdomain, pathSegment, portName, portNumber } from '../validation/formats.ts';

/** Source: pkg/apis/networking/validation, validateIngressTypedLocalObjectReference. */
export function validateReference(reference: TypedLocalObjectReference, at: FieldPath): FieldError[] {
  const { apiGroup, kind, name } = reference;
  return [
    ...(apiGroup === undefined ? [] : checked(apiGroup, dns1123Subdomain, at.child('apiGroup'))),
    ...requiredAs(kind, pathSegment, at.child('kind')),
    ...requiredAs(name, pathSegment, at.child('name')),
  ];
}

function validateService({ name, port }: IngressServiceBackend, at: FieldPath): FieldError[] {
  const place = at.child('service');
  const errors = requiredAs(name, dns1035Label, place.child('name'));
  const { name: portText, number = 0 } = port ?? {};
  if (portText && number) return [...errors, at.invalid('', 'cannot set both port name & port number')];
  if (portText) return [...errors, ...checked(portText, portName, place.child('port', 'name'))];
  if (number === 0) return [...errors, at.required('port name or number is required')];
  return [...errors, ...portNumber(number).map((sentence) => place.child('port', 'number').invalid(number, sentence))];
}

/** Source: pkg/apis/networking/validation, validateIngressBackend. */
export function validateBackend({ service, resource }: IngressBackend, at: FieldPath): FieldError[] {
  if (service && resource) return [at.invalid('', 'cannot set both resource and service backends')];
  if (resource) return validateReference(resource, at.child('resource'));
  return service ? validateService(service, at) : [at.invalid('', 'resource or service backend is required')];
}
