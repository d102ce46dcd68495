import type { LabelSelector } from '#gen/meta/v1.ts';

/** A selector in the form of query parameters: `app=web,tier in (a,b)`. Source: metav1.LabelSelectorAsSelector, printed. */
export function selectorText(selector: LabelSelector | Record<string, string> | undefined): string {
  if (!selector) return '';
  const isPlain = !('matchLabels' in selector) && !('matchExpressions' in selector);
  const { matchLabels = {}, matchExpressions = [] } = (isPlain ? { matchLabels: selector } : selector) as LabelSelector;
  const equal = Object.entries(matchLabels).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const others = matchExpressions.map(({ key, operator, values = [] }) => ({
    key,
    text: expressionText(key, operator, [...values].sort()),
  }));
  return [...equal, ...others]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
    .join(',');
}

function expressionText(key: string, operator: string, values: readonly string[]): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
}
