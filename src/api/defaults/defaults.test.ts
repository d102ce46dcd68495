import { describe, expect, it } from 'vitest';
import type { Resource } from '#apimachinery/resource.ts';
import { deployments } from '../apps/v1/deployment.ts';
import { statefulSets } from '../apps/v1/stateful-set.ts';
import { cronJobs } from '../batch/v1/cron-job.ts';
import { jobs } from '../batch/v1/job.ts';
import { nodes } from '../core/v1/node.ts';
import { persistentVolumeClaims } from '../core/v1/persistent-volume-claim.ts';
import { pods } from '../core/v1/pod.ts';
import { services } from '../core/v1/service.ts';
import { resources } from '../index.ts';
import { defaulted, sample } from '../testing.ts';

type Loose = Record<string, unknown>;

const spec = (rest: object): Loose => ({ spec: { containers: [{ name: 'web', image: 'web:1' }], ...rest } });
const podDefaults = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: {},
  schedulerName: 'default-scheduler',
};
const containerDefaults = {
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'IfNotPresent',
};

describe('a pod', () => {
  it('gets what upstream gives it, and no more', () => {
    expect(defaulted(pods, spec({}))).toEqual({
      spec: {
        ...podDefaults,
        enableServiceLinks: true,
        containers: [{ name: 'web', image: 'web:1', ...containerDefaults }],
      },
      status: {},
    });
  });

  it.each([
    ['web', 'Always'],
    ['web:latest', 'Always'],
    ['web:1', 'IfNotPresent'],
    ['registry:5000/web', 'Always'],
    ['registry:5000/web:1', 'IfNotPresent'],
    [`web@sha256:${'a'.repeat(64)}`, 'IfNotPresent'],
    [`web:latest@sha256:${'a'.repeat(64)}`, 'IfNotPresent'],
  ])('pulls %s %s', (image, policy) => {
    expect(defaulted(pods, { spec: { containers: [{ name: 'web', image }] } })).toMatchObject({
      spec: { containers: [{ imagePullPolicy: policy }] },
    });
  });

  it.each<[string, object, object]>([
    [
      'a probe',
      { livenessProbe: { httpGet: { port: 80 } } },
      {
        livenessProbe: {
          httpGet: { port: 80, path: '/', scheme: 'HTTP' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          successThreshold: 1,
          failureThreshold: 3,
        },
      },
    ],
    ['a port', { ports: [{ containerPort: 80 }] }, { ports: [{ containerPort: 80, protocol: 'TCP' }] }],
    [
      'a limit',
      { resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } },
      {
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } },
      },
    ],
    [
      'a field',
      { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
      {
        env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } } }],
      },
    ],
  ])('with %s in a container', (_, container, expected) => {
    const containers = [{ name: 'web', image: 'web:1', ...container }];
    expect(defaulted(pods, { spec: { containers } })).toMatchObject({ spec: { containers: [expected] } });
  });

  it.each<[string, object, object]>([
    ['nothing', {}, { emptyDir: {} }],
    ['a secret', { secret: { secretName: 'a' } }, { secret: { secretName: 'a', defaultMode: 0o644 } }],
    ['a config map', { configMap: { name: 'a' } }, { configMap: { name: 'a', defaultMode: 0o644 } }],
    ['a host path', { hostPath: { path: '/a' } }, { hostPath: { path: '/a', type: '' } }],
    [
      'a token',
      { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      {
        projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }], defaultMode: 0o644 },
      },
    ],
  ])('with a volume of %s', (_, source, expected) => {
    expect(defaulted(pods, spec({ volumes: [{ name: 'a', ...source }] }))).toMatchObject({
      spec: { volumes: [{ name: 'a', ...expected }] },
    });
  });

  it('on the network of its host takes the ports of the host', () => {
    const containers = [{ name: 'web', image: 'web:1', ports: [{ containerPort: 80 }] }];
    expect(defaulted(pods, { spec: { hostNetwork: true, containers } })).toMatchObject({
      spec: { containers: [{ ports: [{ containerPort: 80, hostPort: 80 }] }] },
    });
  });
});

const template = { spec: { containers: [{ name: 'web', image: 'web:1' }] } };

const cases: [string, Resource<never>, Loose, object][] = [
  [
    'a deployment',
    deployments,
    { spec: { template } },
    {
      spec: {
        replicas: 1,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        template: { spec: podDefaults },
      },
    },
  ],
  [
    'a stateful set',
    statefulSets,
    { spec: { template, volumeClaimTemplates: [{ metadata: { name: 'data' } }] } },
    {
      spec: {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        volumeClaimTemplates: [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            spec: { volumeMode: 'Filesystem' },
            status: { phase: 'Pending' },
          },
        ],
      },
    },
  ],
  [
    'a job',
    jobs,
    { spec: { template } },
    {
      spec: {
        completions: 1,
        parallelism: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        podReplacementPolicy: 'TerminatingOrFailed',
      },
    },
  ],
  [
    'a job with limits of its own',
    jobs,
    { spec: { template, backoffLimitPerIndex: 2, podFailurePolicy: { rules: [] } } },
    {
      spec: { backoffLimit: 2_147_483_647, podReplacementPolicy: 'Failed' },
    },
  ],
  [
    'a cron job',
    cronJobs,
    { spec: { jobTemplate: { spec: { template } } } },
    {
      spec: { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
    },
  ],
  [
    'a service',
    services,
    { spec: { ports: [{ port: 80 }] } },
    {
      spec: {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      },
      status: { loadBalancer: {} },
    },
  ],
  [
    'a service that remembers',
    services,
    { spec: { sessionAffinity: 'ClientIP' } },
    {
      spec: { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } },
    },
  ],
  [
    'a balanced service',
    services,
    { spec: { type: 'LoadBalancer' } },
    {
      spec: { externalTrafficPolicy: 'Cluster', allocateLoadBalancerNodePorts: true },
    },
  ],
  ['a claim', persistentVolumeClaims, {}, { spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } }],
  [
    'a node',
    nodes,
    { spec: { podCIDR: '10.0.0.0/24' }, status: { capacity: { cpu: '2' } } },
    {
      spec: { podCIDRs: ['10.0.0.0/24'] },
      status: { allocatable: { cpu: '2' } },
    },
  ],
] as never;

describe('what is left out of', () => {
  it.each(cases)('%s is filled in', (...[, resource, object, expected]) => {
    expect(defaulted(resource, object)).toMatchObject(expected);
  });

  it.each(resources.map((one) => [`${one.group}/${one.version} ${one.kind}`, one] as const))(
    '%s is filled in once: a second time changes nothing',
    (_, resource) => {
      const once = structuredClone(sample(resource, {}));
      resource.defaults?.(once);
      const twice = structuredClone(once);
      resource.defaults?.(twice);
      expect(twice).toEqual(once);
    },
  );
});
