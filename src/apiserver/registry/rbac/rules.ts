import type { FieldError, FieldPath } from '#apimachinery/field-error.ts';
import type { PolicyRule } from '#gen/rbac/v1.ts';
import { each } from '../validation/fields.ts';

function validateUrls(rule: PolicyRule, isNamespaced: boolean, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (isNamespaced) {
    errors.push(at.invalid(rule.nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
  }
  if (rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length) {
    const sentence = 'rules cannot apply to both regular resources and non-resource URLs';
    errors.push(at.invalid(rule.nonResourceURLs, sentence));
  }
  return errors;
}

function validateResources({ apiGroups, resources }: PolicyRule, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!apiGroups?.length) {
    errors.push(at.child('apiGroups').required('resource rules must supply at least one api group'));
  }
  if (!resources?.length) {
    errors.push(at.child('resources').required('resource rules must supply at least one resource'));
  }
  return errors;
}

/** Source: pkg/apis/rbac/validation, ValidatePolicyRule. */
export function validateRules(
  rules: readonly PolicyRule[] | undefined,
  isNamespaced: boolean,
  at: FieldPath,
): FieldError[] {
  return each(rules, at, (rule, place) => [
    ...(rule.verbs?.length ? [] : [place.child('verbs').required('verbs must contain at least one value')]),
    ...(rule.nonResourceURLs?.length
      ? validateUrls(rule, isNamespaced, place.child('nonResourceURLs'))
      : validateResources(rule, place)),
  ]);
}
