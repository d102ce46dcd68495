import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { Toleration, TopologySpreadConstraint } from '#gen/core/v1.ts';
import { checked, each, oneOf, positive, requiredOneOf, unique } from '../../validation/fields.ts';
import { labelValue, qualifiedName } from '../../validation/formats.ts';
import { validateLabelSelector } from '../../validation/label-selector.ts';

const EMPTY_KEY = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateOperator({ operator = 'Equal', value }: Toleration, at: FieldPath): FieldError[] {
  const place = at.child('operator');
  if (operator === 'Exists') {
    return value ? [place.invalid(value, "value must be empty when `operator` is 'Exists'")] : [];
  }
  return operator === 'Equal' ? checked(value ?? '', labelValue, place) : oneOf(operator, ['Equal', 'Exists'], place);
}

function validateToleration(toleration: Toleration, at: FieldPath): FieldError[] {
  const { key, operator, effect, tolerationSeconds } = toleration;
  const errors = key ? checked(key, qualifiedName, at.child('key')) : [];
  if (!key && operator !== 'Exists') errors.push(at.child('operator').invalid(operator ?? '', EMPTY_KEY));
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(at.child('effect').invalid(effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  errors.push(...validateOperator(toleration, at));
  if (effect && !EFFECTS.includes(effect)) errors.push(at.child('effect').notSupported(effect, [...EFFECTS].sort()));
  return errors;
}

export const validateTolerations = (tolerations: readonly Toleration[] | undefined, at: FieldPath): FieldError[] =>
  each(tolerations, at, validateToleration);

function validateConstraint(constraint: TopologySpreadConstraint, at: FieldPath): FieldError[] {
  const { maxSkew, topologyKey, whenUnsatisfiable, minDomains, labelSelector } = constraint;
  const errors = positive(maxSkew ?? 0, at.child('maxSkew'));
  if (topologyKey) errors.push(...checked(topologyKey, qualifiedName, at.child('topologyKey')));
  else errors.push(at.child('topologyKey').required('can not be empty'));
  errors.push(...requiredOneOf(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], at.child('whenUnsatisfiable')));
  errors.push(...positive(minDomains, at.child('minDomains')));
  if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule') {
    const sentence = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
    errors.push(at.child('minDomains').invalid(minDomains, sentence));
  }
  errors.push(...oneOf(constraint.nodeAffinityPolicy, ['Honor', 'Ignore'], at.child('nodeAffinityPolicy')));
  errors.push(...oneOf(constraint.nodeTaintsPolicy, ['Honor', 'Ignore'], at.child('nodeTaintsPolicy')));
  return [...errors, ...validateLabelSelector(labelSelector, at.child('labelSelector'))];
}

/** Source: pkg/apis/core/validation, validateTopologySpreadConstraints. */
export function validateTopologySpread(
  constraints: readonly TopologySpreadConstraint[] | undefined,
  at: FieldPath,
): FieldError[] {
  return [
    ...each(constraints, at, validateConstraint),
    ...unique(
      constraints,
      ({ topologyKey, whenUnsatisfiable }) => `{${topologyKey}, ${whenUnsatisfiable}}`,
      (index) => at.index(index).child('{topologyKey, whenUnsatisfiable}'),
    ),
  ];
}
