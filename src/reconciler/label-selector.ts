import type { LabelSelector, LabelSelectorRequirement } from '#gen/meta/v1.ts';

type Labels = Readonly<Record<string, string>> | undefined;

/** Whether labels satisfy a selector. An absent selector selects nothing, an empty one everything. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (!selector) return false;
  const have = labels ?? {};
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => have[key] === value) &&
    (selector.matchExpressions ?? []).every((requirement) => meets(requirement, have))
  );
}

function meets({ key, operator, values = [] }: LabelSelectorRequirement, labels: Record<string, string>): boolean {
  const value = labels[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  return false;
}

/** Whether a selector is there but demands nothing. */
export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  if (!selector) return false;
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}
