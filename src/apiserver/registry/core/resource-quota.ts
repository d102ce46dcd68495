import { resourceQuotas } from '#api/core/v1/resource-quota.ts';
import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { asQuantity, formatQuantity, quantityMilliValue } from '#apimachinery/quantity.ts';
import type { ResourceQuotaSpec } from '#gen/core/v1.ts';
import { defineStrategy } from '../../strategy.ts';
import { checked, quantityNotNegative, validateImmutable } from '../validation/fields.ts';
import { qualifiedName } from '../validation/formats.ts';

const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
];
const MEASURED = ['cpu', 'memory', 'ephemeral-storage'];
const STANDARD = new Set([
  ...COUNTED,
  ...MEASURED,
  'requests.storage',
  ...['requests', 'limits'].flatMap((list) => MEASURED.map((name) => `${list}.${name}`)),
]);
const SCOPES = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
];
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

function validateName(name: string, at: FieldPath): FieldError[] {
  const errors = checked(name, qualifiedName, at);
  if (name.includes('/') || STANDARD.has(name) || /^(requests\.)?hugepages-/.test(name)) return errors;
  const sentences = ['must be a standard resource type or fully qualified', 'must be a standard resource for quota'];
  return [...errors, ...sentences.map((sentence) => at.invalid(name, sentence))];
}

/** Source: pkg/apis/core/validation, ValidateResourceQuotaSpec. */
function validateHard(hard: Readonly<Record<string, string>> | undefined, at: FieldPath): FieldError[] {
  return Object.entries(hard ?? {}).flatMap(([name, amount]) => {
    const place = at.key(name);
    const errors = [...validateName(name, place), ...quantityNotNegative(amount, place)];
    if (!COUNTED.includes(name) || quantityMilliValue(amount) % 1000 === 0) return errors;
    return [...errors, place.invalid(formatQuantity(asQuantity(amount)), 'must be an integer')];
  });
}

function validateScopes({ scopes = [], scopeSelector }: ResourceQuotaSpec, at: FieldPath): FieldError[] {
  const place = at.child('scopes');
  const errors = scopes
    .filter((scope) => !SCOPES.includes(scope))
    .map(() => place.invalid(scopes, 'unsupported scope'));
  for (const pair of CONFLICTS) {
    if (pair.every((scope) => scopes.includes(scope))) errors.push(place.invalid(scopes, 'conflicting scopes'));
  }
  for (const [index, { scopeName, operator, values = [] }] of (scopeSelector?.matchExpressions ?? []).entries()) {
    const one = at.child('scopeSelector', 'matchExpressions').index(index);
    if (!SCOPES.includes(scopeName)) errors.push(one.child('scopeName').invalid(scopeName, 'unsupported scope'));
    errors.push(...validateValues(operator, values, one));
  }
  return errors;
}

function validateValues(operator: string, values: readonly string[], at: FieldPath): FieldError[] {
  const place = at.child('values');
  if (operator === 'In' || operator === 'NotIn') {
    const sentence = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    return values.length > 0 ? [] : [place.required(sentence)];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    const sentence = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    return values.length === 0 ? [] : [place.invalid(values, sentence)];
  }
  return [at.child('operator').invalid(operator, 'not a valid selector operator')];
}

export const resourceQuotaStrategy = defineStrategy(resourceQuotas, {
  validate: ({ spec = {} }, at) => [
    ...validateHard(spec.hard, at.child('spec', 'hard')),
    ...validateScopes(spec, at.child('spec')),
  ],
  validateUpdate: (next, previous, at) =>
    validateImmutable(
      [...(next.spec?.scopes ?? [])].sort(),
      [...(previous.spec?.scopes ?? [])].sort(),
      at.child('spec', 'scopes'),
    ),
  validateStatusUpdate: ({ status = {} }, _, at) => [
    ...validateHard(status.hard, at.child('status', 'hard')),
    ...validateHard(status.used, at.child('status', 'used')),
  ],
});
