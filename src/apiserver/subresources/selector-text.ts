import { labelSelectorText } from '#apimachinery/labels.ts';
import type { LabelSelector } from '#gen/meta/v1.ts';

/** A selector of either kind that workloads have, in the form of query parameters. */
export function selectorText(selector: LabelSelector | Record<string, string> | undefined): string {
  if (!selector) return '';
  const isPlain = !('matchLabels' in selector) && !('matchExpressions' in selector);
  return labelSelectorText((isPlain ? { matchLabels: selector } : selector) as LabelSelector);
}
