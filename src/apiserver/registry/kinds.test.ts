import { describe, expect, it } from 'vitest';
import type { StrategyBinding } from '../strategy.ts';
import {
  horizontalPodAutoscalerStrategy,
  horizontalPodAutoscalerV1Strategy,
} from './autoscaling/horizontal-pod-autoscaler.ts';
import { certificateSigningRequestStrategy } from './certificates/certificate-signing-request.ts';
import { leaseStrategy } from './coordination/lease.ts';
import { endpointSliceStrategy } from './discovery/endpoint-slice.ts';
import { ingressStrategy } from './networking/ingress.ts';
import { ingressClassStrategy } from './networking/ingress-class.ts';
import { networkPolicyStrategy } from './networking/network-policy.ts';
import { runtimeClassStrategy } from './node/runtime-class.ts';
import { podDisruptionBudgetStrategy } from './policy/pod-disruption-budget.ts';
import { priorityClassStrategy } from './scheduling/priority-class.ts';
import { csiDriverStrategy } from './storage/csi-driver.ts';
import { csiNodeStrategy } from './storage/csi-node.ts';
import { storageClassStrategy } from './storage/storage-class.ts';
import { volumeAttachmentStrategy } from './storage/volume-attachment.ts';
import { errorsOfCreate, errorsOfUpdate, prepared, type Sent } from './testing.ts';

const path = (one: object): Sent => ({ spec: { rules: [{ http: { paths: [one] } }] } });
const backend = { service: { name: 'web', port: { number: 80 } } };
const at = 'spec.rules[0].http.paths[0]';
const peer = (from: object): Sent => ({ spec: { podSelector: {}, ingress: [{ from: [from] }] } });
const policyPort = (port: object): Sent => ({ spec: { podSelector: {}, ingress: [{ ports: [port] }] } });
const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const scaled = (spec: object): Sent => ({ spec: { maxReplicas: 3, scaleTargetRef: target, ...spec } });
const cpu = (target: object): Sent => scaled({ metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] });

const cases: [string, StrategyBinding, Sent, string[]][] = [
  ['an ingress that serves', ingressStrategy, path({ path: '/', pathType: 'Prefix', backend }), []],
  [
    'an ingress of nothing',
    ingressStrategy,
    { spec: {} },
    ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified'],
  ],
  [
    'an ingress without a path type',
    ingressStrategy,
    path({ path: '/', backend }),
    [`${at}.pathType: Required value: pathType must be specified`],
  ],
  [
    'an ingress of crooked paths',
    ingressStrategy,
    path({ path: 'a//b/..', pathType: 'Exact', backend }),
    [
      `${at}.path: Invalid value: "a//b/..": must be an absolute path`,
      `${at}.path: Invalid value: "a//b/..": must not contain '//'`,
      `${at}.path: Invalid value: "a//b/..": cannot end with '/..'`,
    ],
  ],
  [
    'an ingress to a portless service',
    ingressStrategy,
    path({ path: '/', pathType: 'Prefix', backend: { service: { name: 'web' } } }),
    [`${at}.backend: Required value: port name or number is required`],
  ],
  [
    'an ingress for an address',
    ingressStrategy,
    { spec: { rules: [{ host: '10.0.0.1' }] } },
    ['spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
  ],
  [
    'an ingress of two classes',
    ingressStrategy,
    {
      metadata: { name: 'web', annotations: { 'kubernetes.io/ingress.class': 'a' } },
      spec: { ingressClassName: 'b', defaultBackend: backend },
    },
    [
      'annotations.kubernetes.io/ingress.class: Invalid value: "a": must match `ingressClassName` when both are specified',
    ],
  ],
  [
    'an ingress class of nobody',
    ingressClassStrategy,
    { spec: { controller: 'nginx' } },
    ['spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    'an ingress class with parameters elsewhere',
    ingressClassStrategy,
    { spec: { controller: 'a.io/b', parameters: { kind: 'X', name: 'x', scope: 'Cluster', namespace: 'y' } } },
    ["spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'"],
  ],
  ['a network policy for neighbours', networkPolicyStrategy, peer({ podSelector: {}, namespaceSelector: {} }), []],
  [
    'a network policy for nobody',
    networkPolicyStrategy,
    peer({}),
    ['spec.ingress[0].from[0]: Required value: must specify a peer'],
  ],
  [
    'a network policy that excludes what it does not include',
    networkPolicyStrategy,
    peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['192.168.0.0/16', '10.1.0.0/16'] } }),
    ['spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "192.168.0.0/16": must be a strict subset of `cidr`'],
  ],
  [
    'a network policy for ports backwards',
    networkPolicyStrategy,
    policyPort({ port: 90, endPort: 80 }),
    ['spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`'],
  ],
  [
    'a network policy for an unknown protocol',
    networkPolicyStrategy,
    policyPort({ protocol: 'ICMP' }),
    ['spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"'],
  ],
  ['an autoscaler', horizontalPodAutoscalerStrategy, cpu({ type: 'Utilization', averageUtilization: 80 }), []],
  [
    'an autoscaler between two and one',
    horizontalPodAutoscalerStrategy,
    scaled({ minReplicas: 2, maxReplicas: 1 }),
    ['spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`'],
  ],
  [
    'an autoscaler of old between none and none',
    horizontalPodAutoscalerV1Strategy,
    { spec: { minReplicas: 0, maxReplicas: 0, scaleTargetRef: target } },
    [
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.maxReplicas: Invalid value: 0: must be greater than 0',
    ],
  ],
  [
    'an autoscaler with an aimless metric',
    horizontalPodAutoscalerStrategy,
    cpu({ type: 'Utilization' }),
    [
      'spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
    ],
  ],
  [
    'an autoscaler with an empty metric',
    horizontalPodAutoscalerStrategy,
    scaled({ metrics: [{ type: 'Pods' }] }),
    ['spec.metrics[0].pods: Required value: must populate information for the given metric source'],
  ],
  [
    'an autoscaler that looks back too far',
    horizontalPodAutoscalerStrategy,
    scaled({ behavior: { scaleDown: { stabilizationWindowSeconds: 4000 } } }),
    ['spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600'],
  ],
  [
    'a budget with two bounds',
    podDisruptionBudgetStrategy,
    { spec: { minAvailable: 1, maxUnavailable: '120%' } },
    [
      'spec: Invalid value: {"minAvailable":1,"maxUnavailable":"120%"}: minAvailable and maxUnavailable cannot be both set',
      'spec.maxUnavailable: Invalid value: "120%": must not be greater than 100%',
    ],
  ],
  [
    'a slice of strange addresses',
    endpointSliceStrategy,
    { addressType: 'IPv4', endpoints: [{ addresses: ['fd00::1'] }, { addresses: [] }] },
    [
      'endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address',
      'endpoints[1].addresses: Required value: must contain at least 1 address',
    ],
  ],
  [
    'a slice of nothing',
    endpointSliceStrategy,
    { ports: [{ port: 1 }, { port: 2 }] },
    ['addressType: Required value', 'ports[1].name: Duplicate value: ""'],
  ],
  [
    'a lease for no time',
    leaseStrategy,
    { spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } },
    [
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
  [
    'a priority above all',
    priorityClassStrategy,
    { value: 1_000_000_001 },
    ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  ],
  [
    'a priority of the system',
    priorityClassStrategy,
    { metadata: { name: 'system-mine' }, value: 1 },
    [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
    ],
  ],
  [
    'the known priority of the system',
    priorityClassStrategy,
    { metadata: { name: 'system-node-critical' }, value: 2_000_001_000 },
    [],
  ],
  [
    'a storage class of nobody',
    storageClassStrategy,
    { reclaimPolicy: 'Recycle' },
    [
      'provisioner: Required value',
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
    ],
  ],
  [
    'a driver of short-lived tokens',
    csiDriverStrategy,
    { metadata: { name: 'csi.example.com' }, spec: { tokenRequests: [{ audience: 'a', expirationSeconds: 60 }] } },
    ['spec.tokenRequests[0].expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes'],
  ],
  [
    'a node with a nameless driver',
    csiNodeStrategy,
    { spec: { drivers: [{ name: '', nodeID: '' }] } },
    ['spec.drivers[0].name: Required value', 'spec.drivers[0].nodeID: Required value'],
  ],
  [
    'an attachment of nothing',
    volumeAttachmentStrategy,
    { spec: { attacher: 'a.io', nodeName: 'n', source: {} } },
    ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  ],
  [
    'a runtime class without a handler',
    runtimeClassStrategy,
    {},
    [expect.stringMatching(/^handler: Invalid value: "": a lowercase RFC 1123 label must consist/) as never],
  ],
];

describe('on creation', () => {
  it.each(cases)('%s is judged', (...[, strategy, sent, expected]) => {
    expect(errorsOfCreate(strategy, sent)).toEqual(expected);
  });
});

describe('on update', () => {
  it.each<[string, StrategyBinding, Sent, Sent, string[]]>([
    [
      'the value of a priority',
      priorityClassStrategy,
      { value: 1 },
      { value: 2 },
      ['value: Forbidden: may not be changed in an update.'],
    ],
    [
      'the provisioner of a class',
      storageClassStrategy,
      { provisioner: 'a.io/b' },
      { provisioner: 'a.io/c' },
      ['provisioner: Forbidden: updates to provisioner are forbidden.'],
    ],
    [
      'the handler of a runtime',
      runtimeClassStrategy,
      { handler: 'runc' },
      { handler: 'kata' },
      ['handler: Invalid value: "kata": field is immutable'],
    ],
    [
      'the family of a slice',
      endpointSliceStrategy,
      { addressType: 'IPv4' },
      { addressType: 'IPv6' },
      ['addressType: Invalid value: "IPv6": field is immutable'],
    ],
    [
      'the controller of an ingress class',
      ingressClassStrategy,
      { spec: { controller: 'a.io/b' } },
      { spec: { controller: 'a.io/c' } },
      ['spec.controller: Invalid value: "a.io/c": field is immutable'],
    ],
  ])('%s stays', (...[, strategy, before, after, expected]) => {
    expect(errorsOfUpdate(strategy, before, after)).toEqual(expected);
  });
});

describe('a certificate signing request', () => {
  const request = (text: string) => Buffer.from(text).toString('base64');
  const sent = (spec: object): Sent => ({
    spec: { request: request('x'), signerName: 'example.com/mine', usages: ['client auth'], ...spec },
  });

  it('is signed with who asks', () => {
    const { spec } = prepared(
      certificateSigningRequestStrategy,
      sent({ username: 'root', groups: ['system:masters'] }),
    ) as never as {
      spec: object;
    };
    expect(spec).toMatchObject({ username: 'jane', uid: 'u-1', groups: ['devs'] });
  });

  it('is a request in PEM, signed by its own key', () => {
    const broken = '-----BEGIN CERTIFICATE REQUEST-----\nMIIBAA==\n-----END CERTIFICATE REQUEST-----\n';
    const why = (text: string) =>
      errorsOfCreate(certificateSigningRequestStrategy, sent({ request: request(text) })).map(
        (one) => one.split('": ')[1],
      );
    expect(why('hello')).toEqual(['PEM block type must be CERTIFICATE REQUEST']);
    expect(why(broken)).toEqual(['asn1: syntax error: data truncated']);
  });

  it('names a signer and uses', () => {
    const errors = errorsOfCreate(
      certificateSigningRequestStrategy,
      sent({ signerName: 'mine', usages: ['fun'], expirationSeconds: 1 }),
    );
    expect(errors.slice(1)).toEqual([
      expect.stringMatching(/^spec\.usages\[0\]: Unsupported value: "fun": supported values: "any", "cert sign", /),
      'spec.signerName: Invalid value: "mine": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
      'spec.expirationSeconds: Invalid value: 1: may not specify a duration less than 600 seconds (10 minutes)',
    ]);
  });
});
