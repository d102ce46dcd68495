import { describe, expect, it } from 'vitest';
import type { Node, NodeSelectorTerm, PodSpec } from '#gen/core/v1.ts';
import { fitsNode } from './node-selector.ts';

const node = { metadata: { name: 'n1', labels: { zone: 'a', cores: '8' } } } as unknown as Node;
const asking = (...nodeSelectorTerms: NodeSelectorTerm[]): PodSpec => ({
  containers: [],
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
const expression = (key: string, operator: Operator, values?: string[]): NodeSelectorTerm => ({
  matchExpressions: [{ key, operator, ...(values && { values }) }],
});

describe('a node fits', () => {
  it.each<[string, PodSpec, boolean]>([
    ['a pod that asks for nothing', { containers: [] }, true],
    ['a selector that it meets', { containers: [], nodeSelector: { zone: 'a' } }, true],
    ['no selector that it does not meet', { containers: [], nodeSelector: { zone: 'b' } }, false],
    ['a value in the list', asking(expression('zone', 'In', ['b', 'a'])), true],
    ['no value outside the list', asking(expression('zone', 'In', ['b'])), false],
    ['a value outside the forbidden', asking(expression('zone', 'NotIn', ['b'])), true],
    ['an absent label where values are forbidden', asking(expression('none', 'NotIn', ['b'])), true],
    ['a label that exists', asking(expression('zone', 'Exists')), true],
    ['an absence', asking(expression('none', 'DoesNotExist')), true],
    ['no absence of what is there', asking(expression('zone', 'DoesNotExist')), false],
    ['a greater number', asking(expression('cores', 'Gt', ['4'])), true],
    ['no equal number', asking(expression('cores', 'Gt', ['8'])), false],
    ['a smaller number', asking(expression('cores', 'Lt', ['9'])), true],
    ['no number in a word', asking(expression('zone', 'Gt', ['1'])), false],
    ['its own name', asking({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }), true],
    ['no other name', asking({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n2'] }] }), false],
    ['one of several terms', asking(expression('zone', 'In', ['b']), expression('zone', 'In', ['a'])), true],
    ['no empty term', asking({}), false],
  ])('%s', (_, spec, expected) => {
    expect(fitsNode(spec, node)).toBe(expected);
  });
});
