import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { asQuantity, compareQuantities, formatQuantity, quantityMilliValue } from '#apimachinery/quantity.ts';
import type { ResourceRequirements } from '#gen/core/v1.ts';
import { checked, quantityNotNegative } from './fields.ts';
import { qualifiedName } from './formats.ts';

type ResourceList = Readonly<Record<string, string>>;

const STANDARD = ['cpu', 'memory', 'ephemeral-storage'];

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isNative = (name: string): boolean =>
  !name.includes('/') || name.split('/')[0]?.endsWith('kubernetes.io') === true;
/** Resources such as `nvidia.com/gpu`: whole numbers that cannot be overcommitted. */
export const isExtended = (name: string): boolean => !isNative(name) && !name.startsWith('requests.');

/** Source: pkg/apis/core/validation, validateContainerResourceName. */
function validateName(name: string, at: FieldPath): FieldError[] {
  const errors = checked(name, qualifiedName, at);
  if (errors.length > 0 || name.includes('/') || STANDARD.includes(name) || isHugePages(name)) return errors;
  return [at.invalid(name, 'must be a standard resource for containers')];
}

function validateAmount(name: string, amount: string, at: FieldPath): FieldError[] {
  const errors = quantityNotNegative(amount, at);
  if (!isExtended(name) || quantityMilliValue(amount) % 1000 === 0) return errors;
  return [...errors, at.invalid(formatQuantity(asQuantity(amount)), 'must be an integer')];
}

function validateList(list: ResourceList | undefined, at: FieldPath): FieldError[] {
  return Object.entries(list ?? {}).flatMap(([name, amount]) => {
    const place = at.key(name);
    return [...validateName(name, place), ...validateAmount(name, amount, place)];
  });
}

function validateAgainstLimit(name: string, request: string, limit: string | undefined, at: FieldPath): FieldError[] {
  const cannotOvercommit = isExtended(name) || isHugePages(name);
  const requests = at.child('requests');
  if (limit === undefined) {
    return cannotOvercommit ? [at.child('limits').required('Limit must be set for non overcommitable resources')] : [];
  }
  const order = compareQuantities(request, limit);
  const shown = formatQuantity(asQuantity(request));
  const bound = `${name} limit of ${formatQuantity(asQuantity(limit))}`;
  if (cannotOvercommit && order !== 0) return [requests.invalid(shown, `must be equal to ${bound}`)];
  return order > 0 ? [requests.invalid(shown, `must be less than or equal to ${bound}`)] : [];
}

/** Source: pkg/apis/core/validation, ValidateContainerResourceRequirements. */
export function validateResources(resources: ResourceRequirements | undefined, at: FieldPath): FieldError[] {
  const { limits, requests } = resources ?? {};
  return [
    ...validateList(limits, at.child('limits')),
    ...validateList(requests, at.child('requests')),
    ...Object.entries(requests ?? {}).flatMap(([name, request]) =>
      validateAgainstLimit(name, request, limits?.[name], at),
    ),
  ];
}
