import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type {
  Affinity,
  NodeAffinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
} from '#gen/core/v1.ts';
import { checked, each } from '../../validation/fields.ts';
import { dns1123Label, qualifiedName } from '../../validation/formats.ts';
import { validateLabelSelector } from '../../validation/label-selector.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function validateValues({ operator, values = [] }: NodeSelectorRequirement, at: FieldPath): FieldError[] {
  const place = at.child('values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? [] : [place.required("must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? []
        : [place.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    case 'Gt':
    case 'Lt':
      return values.length === 1
        ? []
        : [place.required("must be specified single value when `operator` is 'Lt' or 'Gt'")];
    default:
      return [at.child('operator').invalid(operator ?? '', 'not a valid selector operator')];
  }
}

const validateExpression = (requirement: NodeSelectorRequirement, at: FieldPath): FieldError[] => [
  ...validateValues(requirement, at),
  ...checked(requirement.key ?? '', qualifiedName, at.child('key')),
];

function validateFieldExpression({ key, operator, values = [] }: NodeSelectorRequirement, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(at.child('operator').invalid(operator ?? '', 'not a valid selector operator'));
  } else if (values.length !== 1) {
    errors.push(
      at.child('values').required("must be only one value when `operator` is 'In' or 'NotIn' for node field selector"),
    );
  }
  if (key !== 'metadata.name') errors.push(at.child('key').invalid(key ?? '', 'not a valid field selector key'));
  return errors;
}

export function validateNodeSelectorTerm(term: NodeSelectorTerm | undefined, at: FieldPath): FieldError[] {
  return [
    ...each(term?.matchExpressions, at.child('matchExpressions'), validateExpression),
    ...each(term?.matchFields, at.child('matchFields'), validateFieldExpression),
  ];
}

/** Source: pkg/apis/core/validation, ValidateNodeSelector. */
export function validateNodeSelector({ nodeSelectorTerms }: NodeSelector, at: FieldPath): FieldError[] {
  const place = at.child('nodeSelectorTerms');
  if (!nodeSelectorTerms?.length) return [place.required('must have at least one node selector term')];
  return each(nodeSelectorTerms, place, validateNodeSelectorTerm);
}

const validateWeight = (weight: number, at: FieldPath): FieldError[] =>
  weight >= 1 && weight <= 100 ? [] : [at.child('weight').invalid(weight, 'must be in the range 1-100')];

function validateNodeAffinity(affinity: NodeAffinity, at: FieldPath): FieldError[] {
  const hard = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  return [
    ...(hard ? validateNodeSelector(hard, at.child(REQUIRED)) : []),
    ...each(affinity.preferredDuringSchedulingIgnoredDuringExecution, at.child(PREFERRED), (term, place) => [
      ...validateWeight(term.weight, place),
      ...validateNodeSelectorTerm(term.preference, place.child('preference')),
    ]),
  ];
}

function validatePodTerm(term: PodAffinityTerm | undefined, at: FieldPath): FieldError[] {
  if (!term) return [at.child('topologyKey').required('can not be empty')];
  return [
    ...validateLabelSelector(term.labelSelector, at.child('labelSelector')),
    ...validateLabelSelector(term.namespaceSelector, at.child('namespaceSelector')),
    ...(term.namespaces ?? []).flatMap((name) => checked(name, dns1123Label, at.child('namespace'))),
    ...(term.topologyKey
      ? checked(term.topologyKey, qualifiedName, at.child('topologyKey'))
      : [at.child('topologyKey').required('can not be empty')]),
  ];
}

function validatePodAffinity(affinity: PodAffinity | undefined, at: FieldPath): FieldError[] {
  if (!affinity) return [];
  return [
    ...each(affinity.requiredDuringSchedulingIgnoredDuringExecution, at.child(REQUIRED), validatePodTerm),
    ...each(affinity.preferredDuringSchedulingIgnoredDuringExecution, at.child(PREFERRED), (term, place) => [
      ...validateWeight(term.weight, place),
      ...validatePodTerm(term.podAffinityTerm, place.child('podAffinityTerm')),
    ]),
  ];
}

export function validateAffinity(affinity: Affinity | undefined, at: FieldPath): FieldError[] {
  if (!affinity) return [];
  return [
    ...(affinity.nodeAffinity ? validateNodeAffinity(affinity.nodeAffinity, at.child('nodeAffinity')) : []),
    ...validatePodAffinity(affinity.podAffinity, at.child('podAffinity')),
    ...validatePodAffinity(affinity.podAntiAffinity, at.child('podAntiAffinity')),
  ];
}
