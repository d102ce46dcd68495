import { describe, expect, it } from 'vitest';
import type { Container, Node, Pod, PodSpec } from '#gen/core/v1.ts';
import { rejectionOf } from './admit.ts';

const node = (more: Partial<Node> = {}): Node => ({
  metadata: { name: 'n1', labels: { zone: 'a' } } as unknown as Node['metadata'],
  spec: {},
  status: { allocatable: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '10Gi', pods: '3' } },
  ...more,
});
const pod = (container: Partial<Container> = {}, spec: Partial<PodSpec> = {}): Pod => ({
  metadata: { name: 'p', namespace: 'default' } as Pod['metadata'],
  spec: { containers: [{ name: 'c', ...container }], ...spec },
  status: {},
});
const asks = (cpu: string, memory = '1Mi') => ({ resources: { requests: { cpu, memory } } });
const on = (hostPort: number, more: object = {}) => ({ ports: [{ containerPort: 80, hostPort, ...more }] });
const reject = (wanted: Pod, others: Pod[] = [], at: Node = node()) => rejectionOf({ pod: wanted, others, node: at });

describe('a node admits', () => {
  it.each<[string, Pod, Pod[]]>([
    ['a pod that asks for nothing', pod(), []],
    ['what exactly fits', pod(asks('600m')), [pod(asks('400m'))]],
    ['a resource that it does not know', pod({ resources: { requests: { 'example.com/gpu': '4' } } }), []],
    ['the same port of another protocol', pod(on(80, { protocol: 'UDP' })), [pod(on(80))]],
    ['the same port of another address', pod(on(80, { hostIP: '10.0.0.1' })), [pod(on(80, { hostIP: '10.0.0.2' }))]],
    ['who selects it', pod({}, { nodeSelector: { zone: 'a' } }), []],
  ])('%s', (_, wanted, others) => expect(reject(wanted, others)).toBeUndefined());

  it('who tolerates its taint', () => {
    const tainted = node({ spec: { taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] } });
    for (const toleration of [
      { operator: 'Exists' as const },
      { key: 'k', value: 'v' },
      { key: 'k', operator: 'Exists' as const, effect: 'NoExecute' as const },
    ])
      expect(reject(pod({}, { tolerations: [toleration] }), [], tainted)).toBeUndefined();
  });

  it('whom a taint keeps only from being scheduled', () =>
    expect(reject(pod(), [], node({ spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }))).toBeUndefined());
});

describe('a node rejects', () => {
  it.each<[string, Pod, Pod[], string, string]>([
    [
      'too much CPU',
      pod(asks('700m')),
      [pod(asks('400m'))],
      'OutOfcpu',
      "Node didn't have enough resource: cpu, requested: 700, used: 400, capacity: 1000",
    ],
    [
      'too much memory',
      pod(asks('1m', '2Gi')),
      [],
      'OutOfmemory',
      "Node didn't have enough resource: memory, requested: 2147483648, used: 0, capacity: 1073741824",
    ],
    [
      'what an init container needs',
      pod({}, { initContainers: [{ name: 'i', ...asks('2') }] }),
      [],
      'OutOfcpu',
      "Node didn't have enough resource: cpu, requested: 2000, used: 0, capacity: 1000",
    ],
    [
      'one pod too many',
      pod(),
      [pod(), pod(), pod()],
      'OutOfpods',
      "Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3",
    ],
    [
      'a taken port',
      pod(on(80)),
      [pod(on(80, { hostIP: '10.0.0.1' }))],
      'NodePorts',
      "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    ],
    [
      'a port on the host network',
      pod({ ports: [{ containerPort: 80 }] }, { hostNetwork: true }),
      [pod(on(80))],
      'NodePorts',
      "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    ],
    [
      'who selects another',
      pod({}, { nodeSelector: { zone: 'b' } }),
      [],
      'NodeAffinity',
      "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    ],
    [
      'another system',
      pod({}, { os: { name: 'windows' } }),
      [],
      'PodOSNotSupported',
      "Failed to admit pod as the OS field doesn't match node OS",
    ],
    [
      'groups that it cannot keep out',
      pod({}, { securityContext: { supplementalGroupsPolicy: 'Strict' } }),
      [],
      'SupplementalGroupsPolicyNotSupported',
      'SupplementalGroupsPolicy=Strict is not supported in this node',
    ],
  ])('%s', (_, wanted, others, reason, message) => expect(reject(wanted, others)).toEqual({ reason, message }));

  it('who does not tolerate that it evicts', () =>
    expect(reject(pod(), [], node({ spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } }))).toEqual({
      reason: 'TaintToleration',
      message: "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
    }));
});
