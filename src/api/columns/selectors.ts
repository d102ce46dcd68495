import type { LabelSelector, LabelSelectorRequirement } from '#gen/meta/v1.ts';
import { NONE } from './text.ts';

/** `a=1,b=2` in order of keys, or `<none>`. Source: apimachinery labels.FormatLabels. */
export function labelsCell(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return pairs.length > 0 ? pairs.join(',') : NONE;
}

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  const list = [...values].sort().join(',');
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${list})`;
}

/** A label selector as one line, sorted by key, or `<none>`. Source: apimachinery metav1.FormatLabelSelector. */
export function selectorCell(selector: LabelSelector | undefined): string {
  const parts: [string, string][] = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => [
    key,
    `${key}=${value}`,
  ]);
  for (const one of selector?.matchExpressions ?? []) parts.push([one.key, requirementText(one)]);
  const text = parts
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, part]) => part)
    .join(',');
  return text || NONE;
}
