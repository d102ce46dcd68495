import { describe, expect, it } from 'vitest';
import type { Node, NodeSelectorRequirement, Pod, Toleration } from '#gen/core/v1.ts';
import type { PluginFactory } from '../framework.ts';
import { node, pod } from '../testing/objects.ts';
import { place } from '../testing/place.ts';
import { nodeAffinity } from './node-affinity.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { nodeResourcesFit } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { taintToleration } from './taint-toleration.ts';

/** What the plugin says of the pod on the node: nothing, or its reasons. */
function verdict(
  plugin: PluginFactory,
  asked: Pod,
  { on, beside = [] }: { on: Node; beside?: readonly Pod[] },
): readonly string[] {
  const { failures } = place(asked, { nodes: [on], running: { [on.metadata.name]: beside }, plugins: [plugin] });
  return failures.get(on.metadata.name)?.reasons ?? [];
}

describe('NodeResourcesFit', () => {
  const sidecar = { name: 's', restartPolicy: 'Always', resources: { requests: { cpu: '1' } } };
  const init = { name: 'i', resources: { requests: { cpu: '4' } } };
  it.each<[string, Pod, readonly Pod[], readonly string[]]>([
    ['what fits exactly', pod('p', { requests: { cpu: '4', memory: '8Gi' } }), [], []],
    ['a pod that asks for nothing', pod('p'), [pod('q', { requests: { cpu: '4' } })], []],
    ['too much CPU', pod('p', { requests: { cpu: '4001m' } }), [], ['Insufficient cpu']],
    [
      'too little left',
      pod('p', { requests: { cpu: '2', memory: '4Gi' } }),
      [pod('q', { requests: { cpu: '3', memory: '5Gi' } })],
      ['Insufficient cpu', 'Insufficient memory'],
    ],
    [
      'a resource that the node does not have',
      pod('p', { requests: { 'example.com/gpu': '1' } }),
      [],
      ['Insufficient example.com/gpu'],
    ],
    [
      'an init container that is greedier than the rest',
      pod('p', { requests: { cpu: '1' }, initContainers: [{ ...init, resources: { requests: { cpu: '5' } } }] }),
      [],
      ['Insufficient cpu'],
    ],
    [
      'init containers beside sidecars that started before them',
      pod('p', { initContainers: [sidecar, init] }),
      [],
      ['Insufficient cpu'],
    ],
    ['init containers before the sidecar starts', pod('p', { initContainers: [init, sidecar] }), [], []],
    ['overhead', pod('p', { requests: { cpu: '4' }, overhead: { cpu: '1m' } }), [], ['Insufficient cpu']],
  ])('judges %s', (_, asked, beside, reasons) => {
    expect(verdict(nodeResourcesFit, asked, { on: node('n'), beside })).toEqual(reasons);
  });

  it('counts pods too', () => {
    const full = node('n', { allocatable: { pods: '1' } });
    expect(verdict(nodeResourcesFit, pod('p'), { on: full, beside: [pod('q')] })).toEqual(['Too many pods']);
  });

  it('tells what other pods could make room for from what no pod can', () => {
    const nodes = [node('n')];
    const fits = { nodes, plugins: [nodeResourcesFit] };
    expect(place(pod('p', { requests: { cpu: '5' } }), fits).failures.get('n')?.code).toBe(
      'UnschedulableAndUnresolvable',
    );
    const running = { n: [pod('q', { requests: { cpu: '4' } })] };
    expect(place(pod('p', { requests: { cpu: '1' } }), { ...fits, running }).failures.get('n')?.code).toBe(
      'Unschedulable',
    );
  });
});

describe('TaintToleration', () => {
  const taint = { key: 'team', value: 'red', effect: 'NoSchedule' as const };
  const refused = ['node(s) had untolerated taint(s)'];
  it.each<[string, Toleration[], readonly string[]]>([
    ['no toleration', [], refused],
    ['the same key, value and effect', [{ key: 'team', operator: 'Equal', value: 'red', effect: 'NoSchedule' }], []],
    ['Equal by default', [{ key: 'team', value: 'red' }], []],
    ['another value', [{ key: 'team', value: 'blue' }], refused],
    ['Exists for the key', [{ key: 'team', operator: 'Exists' }], []],
    ['Exists for every key', [{ operator: 'Exists' }], []],
    ['another effect', [{ key: 'team', operator: 'Exists', effect: 'NoExecute' }], refused],
  ])('with %s', (_, tolerations, reasons) => {
    expect(verdict(taintToleration, pod('p', { tolerations }), { on: node('n', { taints: [taint] }) })).toEqual(
      reasons,
    );
  });

  it('does not refuse by PreferNoSchedule, but would rather not', () => {
    const nodes = [node('a', { taints: [{ ...taint, effect: 'PreferNoSchedule' }] }), node('b')];
    expect(place(pod('p'), { nodes, plugins: [taintToleration] }).best?.name).toBe('b');
  });
});

describe('NodeAffinity', () => {
  const labelled = node('n', { labels: { zone: 'a', cores: '8' } });
  const requiring = (...matchExpressions: NodeSelectorRequirement[]) => ({
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
    },
  });
  it.each<[string, Pod, boolean]>([
    ['nodeSelector that matches', pod('p', { nodeSelector: { zone: 'a' } }), true],
    ['nodeSelector that does not', pod('p', { nodeSelector: { zone: 'b' } }), false],
    ['In', pod('p', requiring({ key: 'zone', operator: 'In', values: ['a', 'b'] })), true],
    ['NotIn', pod('p', requiring({ key: 'zone', operator: 'NotIn', values: ['a'] })), false],
    ['NotIn of a label that is absent', pod('p', requiring({ key: 'rack', operator: 'NotIn', values: ['a'] })), true],
    ['Exists', pod('p', requiring({ key: 'rack', operator: 'Exists' })), false],
    ['DoesNotExist', pod('p', requiring({ key: 'rack', operator: 'DoesNotExist' })), true],
    ['Gt', pod('p', requiring({ key: 'cores', operator: 'Gt', values: ['4'] })), true],
    ['Lt', pod('p', requiring({ key: 'cores', operator: 'Lt', values: ['8'] })), false],
    ['Gt of what is no number', pod('p', requiring({ key: 'zone', operator: 'Gt', values: ['4'] })), false],
    [
      'all expressions of a term',
      pod('p', requiring({ key: 'zone', operator: 'In', values: ['a'] }, { key: 'rack', operator: 'Exists' })),
      false,
    ],
    ['a term without expressions', pod('p', requiring()), false],
  ])('judges %s', (_, asked, fits) => {
    const reasons = fits ? [] : ["node(s) didn't match Pod's node affinity/selector"];
    expect(verdict(nodeAffinity, asked, { on: labelled })).toEqual(reasons);
  });

  it('matches the name of the node by field, and any of several terms', () => {
    const terms = [
      { matchExpressions: [{ key: 'zone', operator: 'In' as const, values: ['x'] }] },
      { matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: ['n'] }] },
    ];
    const asked = pod('p', {
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
    });
    expect(verdict(nodeAffinity, asked, { on: labelled })).toEqual([]);
    expect(verdict(nodeAffinity, asked, { on: node('m') })).not.toEqual([]);
  });

  it('prefers the node with the greater sum of preferred weights', () => {
    const preferred = [
      { weight: 10, preference: { matchExpressions: [{ key: 'zone', operator: 'In' as const, values: ['a'] }] } },
      { weight: 30, preference: { matchExpressions: [{ key: 'zone', operator: 'In' as const, values: ['b'] }] } },
    ];
    const nodes = [node('a', { labels: { zone: 'a' } }), node('b', { labels: { zone: 'b' } }), node('c')];
    const asked = pod('p', {
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } },
    });
    const { best, scored } = place(asked, { nodes, plugins: [nodeAffinity] });
    expect(best?.name).toBe('b');
    expect(scored.map(({ total }) => total)).toEqual([33, 100, 0]);
  });
});

describe('NodePorts', () => {
  const port = (hostPort: number, hostIP?: string, protocol = 'TCP') =>
    pod(`${hostPort}`, {
      ports: [{ containerPort: 80, hostPort, protocol: protocol as 'TCP', ...(hostIP && { hostIP }) }],
    });
  it.each<[string, Pod, Pod, boolean]>([
    ['the same port', port(80), port(80), false],
    ['another port', port(81), port(80), true],
    ['another protocol', port(80, '', 'UDP'), port(80), true],
    ['another address', port(80, '10.0.0.1'), port(80, '10.0.0.2'), true],
    ['any address against one', port(80), port(80, '10.0.0.2'), false],
    ['one address against any', port(80, '10.0.0.2'), port(80), false],
  ])('judges %s', (_, asked, there, fits) => {
    const reasons = fits ? [] : ["node(s) didn't have free ports for the requested pod ports"];
    expect(verdict(nodePorts, asked, { on: node('n'), beside: [there] })).toEqual(reasons);
  });
});

describe('NodeUnschedulable and NodeName', () => {
  it('leaves cordoned nodes out, but for pods that tolerate it', () => {
    const cordoned = node('n', { unschedulable: true });
    expect(verdict(nodeUnschedulable, pod('p'), { on: cordoned })).toEqual(['node(s) were unschedulable']);
    const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' as const }];
    expect(verdict(nodeUnschedulable, pod('p', { tolerations }), { on: cordoned })).toEqual([]);
  });
  it('keeps a pod that names its node off every other one', () => {
    expect(verdict(nodeName, pod('p', { nodeName: 'm' }), { on: node('n') })).toEqual([
      "node(s) didn't match the requested node name",
    ]);
  });
});
