import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '#gen/core/v1.ts';

/** Whether a node satisfies a pod's node selector and its required node affinity. Source: component-helpers nodeaffinity. */
export function fitsNode({ nodeSelector, affinity }: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => meetsTerm(term, node));
}

/** Terms are alternatives; one without requirements selects nothing. */
function meetsTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, { metadata }: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((each) => meets(each, metadata.labels?.[each.key])) &&
    matchFields.every((each) => each.key === 'metadata.name' && meets(each, metadata.name))
  );
}

const INTEGER = /^[+-]?[0-9]+$/;

function meets({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  const [bound = ''] = values;
  if (value === undefined || !INTEGER.test(value) || !INTEGER.test(bound)) return false;
  return operator === 'Gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
}
