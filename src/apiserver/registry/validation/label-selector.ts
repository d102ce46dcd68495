import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import { selects } from '#apimachinery/labels.ts';
import type { LabelSelector, LabelSelectorRequirement } from '#gen/meta/v1.ts';
import { checked, each } from './fields.ts';
import { labelValue, qualifiedName } from './formats.ts';

export function validateLabels(labels: Readonly<Record<string, string>> | undefined, at: FieldPath): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...checked(key, qualifiedName, at),
    ...checked(value, labelValue, at),
  ]);
}

function validateRequirement({ key, operator, values = [] }: LabelSelectorRequirement, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(at.child('values').required("must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errors.push(at.child('values').forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  } else errors.push(at.child('operator').invalid(operator ?? '', 'not a valid selector operator'));
  return [
    ...errors,
    ...checked(key ?? '', qualifiedName, at.child('key')),
    ...each(values, at.child('values'), (value, place) => checked(value, labelValue, place)),
  ];
}

/** Source: apimachinery metav1/validation, ValidateLabelSelector. */
export function validateLabelSelector(selector: LabelSelector | undefined, at: FieldPath): FieldError[] {
  if (!selector) return [];
  return [
    ...validateLabels(selector.matchLabels, at.child('matchLabels')),
    ...each(selector.matchExpressions, at.child('matchExpressions'), validateRequirement),
  ];
}

export const isEmptySelector = (selector: LabelSelector | undefined): boolean =>
  Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions ?? []).length === 0;

/** Absent counts as empty: it matches everything. */
export const selectorMatches = (
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>> = {},
): boolean => selects(selector ?? {}, labels);
