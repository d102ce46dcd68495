import { describe, expect, it } from 'vitest';
import type { Resource } from '#apimachinery/resource.ts';
import { ago, row } from '../../testing.ts';
import { configMaps } from './config-map.ts';
import { endpoints } from './endpoints.ts';
import { events } from './event.ts';
import { namespaces } from './namespace.ts';
import { nodes } from './node.ts';
import { persistentVolumes } from './persistent-volume.ts';
import { persistentVolumeClaims } from './persistent-volume-claim.ts';
import { pods } from './pod.ts';
import { secrets } from './secret.ts';
import { services } from './service.ts';
import { serviceAccounts } from './service-account.ts';

type Loose = Record<string, unknown>;

const running = { running: { startedAt: ago(60) } };
const container = (state: object, rest: object = {}): Loose => ({
  name: 'web',
  ready: false,
  restartCount: 0,
  state,
  ...rest,
});
const pod = (status: object, rest: Loose = {}): Loose => ({
  spec: { nodeName: 'node-1', containers: [{ name: 'web' }] },
  status: { phase: 'Running', podIP: '10.244.0.7', podIPs: [{ ip: '10.244.0.7' }], ...status },
  ...rest,
});
const initialized = [{ type: 'Initialized', status: 'True' }];
const WIDE = '10.244.0.7 | node-1 | <none> | <none>';

describe('kubectl get pods', () => {
  it.each<[string, Loose, string]>([
    [
      'runs',
      pod({ containerStatuses: [container(running, { ready: true })] }),
      `web | 1/1 | Running | 0 | 60m | ${WIDE}`,
    ],
    [
      'waits for a node',
      { spec: { containers: [{ name: 'web' }] }, status: { phase: 'Pending' } },
      'web | 0/1 | Pending | 0 | 60m | <none> | <none> | <none> | <none>',
    ],
    [
      'is gated',
      {
        spec: { containers: [{ name: 'web' }], schedulingGates: [{ name: 'a/b' }] },
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
        },
      },
      'web | 0/1 | SchedulingGated | 0 | 60m | <none> | <none> | <none> | <none>',
    ],
    [
      'is being made',
      pod({ phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })] }),
      `web | 0/1 | ContainerCreating | 0 | 60m | ${WIDE}`,
    ],
    [
      'crashes',
      pod({
        containerStatuses: [
          container(
            { waiting: { reason: 'CrashLoopBackOff' } },
            { restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: ago(45) } } },
          ),
        ],
      }),
      `web | 0/1 | CrashLoopBackOff | 3 (45s ago) | 60m | ${WIDE}`,
    ],
    [
      'is done',
      pod({ phase: 'Succeeded', containerStatuses: [container({ terminated: { exitCode: 0, reason: 'Completed' } })] }),
      `web | 0/1 | Completed | 0 | 60m | ${WIDE}`,
    ],
    [
      'failed without a reason',
      pod({ phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 3 } })] }),
      `web | 0/1 | ExitCode:3 | 0 | 60m | ${WIDE}`,
    ],
    [
      'was killed by a signal',
      pod({ phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })] }),
      `web | 0/1 | Signal:9 | 0 | 60m | ${WIDE}`,
    ],
    ['was evicted', pod({ phase: 'Failed', reason: 'Evicted' }), `web | 0/1 | Evicted | 0 | 60m | ${WIDE}`],
    [
      'is going',
      pod({ containerStatuses: [container(running, { ready: true })] }, { metadata: { deletionTimestamp: ago(5) } }),
      `web | 1/1 | Terminating | 0 | 60m | ${WIDE}`,
    ],
    [
      'is lost with its node',
      pod({ reason: 'NodeLost' }, { metadata: { deletionTimestamp: ago(5) } }),
      `web | 0/1 | Unknown | 0 | 60m | ${WIDE}`,
    ],
    [
      'initializes',
      pod(
        { phase: 'Pending', initContainerStatuses: [container(running, { name: 'one' })] },
        {
          spec: {
            nodeName: 'node-1',
            initContainers: [{ name: 'one' }, { name: 'two' }],
            containers: [{ name: 'web' }],
          },
        },
      ),
      `web | 0/1 | Init:0/2 | 0 | 60m | ${WIDE}`,
    ],
    [
      'cannot pull what initializes it',
      pod(
        {
          phase: 'Pending',
          initContainerStatuses: [container({ waiting: { reason: 'ImagePullBackOff' } }, { name: 'one' })],
        },
        { spec: { nodeName: 'node-1', initContainers: [{ name: 'one' }], containers: [{ name: 'web' }] } },
      ),
      `web | 0/1 | Init:ImagePullBackOff | 0 | 60m | ${WIDE}`,
    ],
    [
      'has a sidecar that runs',
      pod(
        {
          conditions: initialized,
          initContainerStatuses: [container(running, { name: 'side', started: true, ready: true })],
          containerStatuses: [container(running, { ready: true })],
        },
        {
          spec: {
            nodeName: 'node-1',
            initContainers: [{ name: 'side', restartPolicy: 'Always' }],
            containers: [{ name: 'web' }],
          },
        },
      ),
      `web | 2/2 | Running | 0 | 60m | ${WIDE}`,
    ],
    [
      'is half done and not ready',
      pod(
        {
          containerStatuses: [
            container({ terminated: { reason: 'Completed', exitCode: 0 } }),
            container(running, { name: 'b', ready: true }),
          ],
        },
        { spec: { nodeName: 'node-1', containers: [{ name: 'web' }, { name: 'b' }] } },
      ),
      `web | 1/2 | NotReady | 0 | 60m | ${WIDE}`,
    ],
  ])('shows one that %s', (_, object, expected) => {
    expect(row(pods, object)).toBe(expected);
  });
});

const port = (rest: object): object => ({ port: 80, protocol: 'TCP', ...rest });
const node = (ready: string, rest: object = {}): Loose => ({
  metadata: {
    namespace: undefined,
    labels: { 'node-role.kubernetes.io/control-plane': '', 'node-role.kubernetes.io/edge': '' },
  },
  status: {
    conditions: [{ type: 'Ready', status: ready }],
    addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
    nodeInfo: {
      kubeletVersion: 'v1.36.0',
      osImage: 'Debian',
      kernelVersion: '6.1',
      containerRuntimeVersion: 'containerd://2.0',
    },
  },
  ...rest,
});
const NODE = 'v1.36.0 | 10.0.0.1 | <none> | Debian | 6.1 | containerd://2.0';

const cases: [string, Resource<never>, Loose, string][] = [
  [
    'a service',
    services,
    {
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.96.0.7',
        ports: [port({}), port({ port: 53, protocol: 'UDP' })],
        selector: { b: '2', a: '1' },
      },
    },
    'web | ClusterIP | 10.96.0.7 | <none> | 80/TCP,53/UDP | 60m | a=1,b=2',
  ],
  [
    'a service of a node port',
    services,
    { spec: { type: 'NodePort', clusterIP: '10.96.0.7', ports: [port({ nodePort: 30080 })] } },
    'web | NodePort | 10.96.0.7 | <none> | 80:30080/TCP | 60m | <none>',
  ],
  [
    'a service that waits for its balancer',
    services,
    { spec: { type: 'LoadBalancer', clusterIP: '10.96.0.7', ports: [port({ nodePort: 30080 })] }, status: {} },
    'web | LoadBalancer | 10.96.0.7 | <pending> | 80:30080/TCP | 60m | <none>',
  ],
  [
    'a service that is elsewhere',
    services,
    { spec: { type: 'ExternalName', externalName: 'db.example.com' } },
    'web | ExternalName | <none> | db.example.com | <none> | 60m | <none>',
  ],
  [
    'a headless service',
    services,
    { spec: { type: 'ClusterIP', clusterIP: 'None' } },
    'web | ClusterIP | None | <none> | <none> | 60m | <none>',
  ],
  ['a node', nodes, node('True'), `web | Ready | control-plane,edge | 60m | ${NODE}`],
  [
    'a cordoned node that is lost',
    nodes,
    node('Unknown', { spec: { unschedulable: true } }),
    `web | NotReady,SchedulingDisabled | control-plane,edge | 60m | ${NODE}`,
  ],
  ['a namespace', namespaces, { status: { phase: 'Active' } }, 'web | Active | 60m'],
  ['a config map', configMaps, { data: { a: '1' }, binaryData: { b: 'AA==' } }, 'web | 2 | 60m'],
  ['a secret', secrets, { type: 'Opaque', data: { a: 'MQ==' } }, 'web | Opaque | 1 | 60m'],
  ['an account', serviceAccounts, { secrets: [] }, 'web | 0 | 60m'],
  [
    'endpoints',
    endpoints,
    { subsets: [{ addresses: [1, 2, 3, 4].map((one) => ({ ip: `10.0.0.${one}` })), ports: [{ port: 80 }] }] },
    'web | 10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more... | 60m',
  ],
  ['endpoints of nothing', endpoints, {}, 'web | <none> | 60m'],
  [
    'a claim',
    persistentVolumeClaims,
    {
      spec: { volumeName: 'pv', storageClassName: 'fast', volumeMode: 'Filesystem' },
      status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
    },
    'web | Bound | pv | 1Gi | RWO | fast | <unset> | 60m | Filesystem',
  ],
  [
    'a claim that waits',
    persistentVolumeClaims,
    { spec: { volumeMode: 'Filesystem', accessModes: ['ReadWriteOnce'] }, status: { phase: 'Pending' } },
    'web | Pending |  |  |  |  | <unset> | 60m | Filesystem',
  ],
  [
    'a volume',
    persistentVolumes,
    {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { namespace: 'default', name: 'data' },
        storageClassName: 'fast',
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Bound' },
    },
    'web | 1Gi | RWO,ROX | Delete | Bound | default/data | fast | <unset> |  | 60m | Filesystem',
  ],
  [
    'an event',
    events,
    {
      involvedObject: { kind: 'Pod', name: 'web-1', fieldPath: 'spec.containers{web}' },
      reason: 'Pulled',
      message: ' done \n',
      type: 'Normal',
      source: { component: 'kubelet', host: 'node-1' },
      firstTimestamp: ago(600),
      lastTimestamp: ago(60),
      count: 4,
    },
    '60s | Normal | Pulled | pod/web-1 | spec.containers{web} | kubelet, node-1 | done | 10m | 4 | web',
  ],
] as never;

describe('kubectl get', () => {
  it.each(cases)('shows %s', (...[, resource, object, expected]) => {
    expect(row(resource, object)).toBe(expected);
  });
});
