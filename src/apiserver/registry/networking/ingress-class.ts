import { ingressClasses } from '#api/networking/v1/ingress-class.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { IngressClassParametersReference } from '#gen/networking/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { validateDomainPath } from '../validation/domain-path.ts';
import { checked, validateImmutable } from '../validation/fields.ts';
import { byteLength, dns1123Label } from '../validation/formats.ts';
import { validateReference } from './ingress-backend.ts';

const MAX_CONTROLLER = 250;
const SCOPES = ['Cluster', 'Namespace'];

function validateScope({ scope, namespace }: IngressClassParametersReference, at: FieldPath): FieldError[] {
  if (!scope) return [at.child('scope').required('')];
  const place = at.child('namespace');
  if (scope === 'Cluster') {
    return namespace === undefined ? [] : [place.forbidden("`parameters.scope` is set to 'Cluster'")];
  }
  if (scope !== 'Namespace') return [at.child('scope').notSupported(scope, SCOPES)];
  return namespace
    ? checked(namespace, dns1123Label, place)
    : [place.required("`parameters.scope` is set to 'Namespace'")];
}

/** Source: pkg/apis/networking/validation, ValidateIngressClass. */
export const ingressClassStrategy = defineStrategy(ingressClasses, {
  validate({ spec }, at) {
    const place = at.child('spec', 'controller');
    const controller = spec?.controller ?? '';
    const parameters = spec?.parameters;
    const where = at.child('spec', 'parameters');
    return [
      ...(byteLength(controller) > MAX_CONTROLLER ? [place.tooLong(MAX_CONTROLLER)] : []),
      ...validateDomainPath(controller, place),
      ...(parameters ? [...validateReference(parameters, where), ...validateScope(parameters, where)] : []),
    ];
  },
  validateUpdate: (next, previous, at) =>
    validateImmutable(next.spec?.controller ?? '', previous.spec?.controller ?? '', at.child('spec', 'controller')),
});
