import type { LabelSelector, LabelSelectorRequirement } from '#gen/meta/v1.ts';
import { type LabelRequirement, parseLabelSelector } from './label-parser.ts';

export type Labels = Readonly<Record<string, string>>;
export type LabelTest = (labels: Labels) => boolean;

/** What labels must be to match the text of a selector; none asks nothing. @throws {StatusError} 400 */
export function labelMatcher(text: string): LabelTest {
  const tests = parseLabelSelector(text).map(testOf);
  const [first] = tests;
  if (tests.length === 1 && first) return first;
  return (labels) => tests.every((test) => test(labels));
}

const has = (labels: Labels, key: string) => Object.hasOwn(labels, key);

/** Source: apimachinery labels.Requirement.Matches: what is not there differs from every value. */
function testOf({ key, operator, values }: LabelRequirement): LabelTest {
  const [value = ''] = values;
  switch (operator) {
    case 'exists':
      return (labels) => has(labels, key);
    case '!':
      return (labels) => !has(labels, key);
    case 'in':
      return (labels) => has(labels, key) && values.includes(labels[key] ?? '');
    case 'notin':
      return (labels) => !has(labels, key) || !values.includes(labels[key] ?? '');
    case '=':
    case '==':
      return (labels) => has(labels, key) && labels[key] === value;
    case '!=':
      return (labels) => !has(labels, key) || labels[key] !== value;
    default:
      return orderTest(key, operator, BigInt(value));
  }
}

function orderTest(key: string, operator: 'gt' | 'lt', bound: bigint): LabelTest {
  return (labels) => {
    const value = labels[key];
    if (value === undefined || !/^[+-]?\d+$/.test(value)) return false;
    const number = BigInt(value.replace('+', ''));
    return operator === 'gt' ? number > bound : number < bound;
  };
}

/** Whether labels satisfy a selector of an object: an absent selector selects nothing, an empty one everything. */
export function selects(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (!selector) return false;
  const have = labels ?? {};
  const { matchLabels = {}, matchExpressions = [] } = selector;
  for (const key in matchLabels) if (have[key] !== matchLabels[key]) return false;
  return matchExpressions.every((requirement) => meets(requirement, have));
}

function meets({ key, operator, values = [] }: LabelSelectorRequirement, labels: Labels): boolean {
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

/** A selector in the form of query parameters: `app=web,tier in (a,b)`. Source: metav1.FormatLabelSelector. */
export function labelSelectorText(selector: LabelSelector | undefined): string {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  const equal = Object.entries(matchLabels).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const others = matchExpressions.map((requirement) => ({ key: requirement.key, text: expressionText(requirement) }));
  return [...equal, ...others]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
    .join(',');
}

function expressionText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${[...values].sort().join(',')})`;
}
