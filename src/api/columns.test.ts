import { describe, expect, it } from 'vitest';
import type { Resource } from '#apimachinery/resource.ts';
import { daemonSets } from './apps/v1/daemon-set.ts';
import { deployments } from './apps/v1/deployment.ts';
import { replicaSets } from './apps/v1/replica-set.ts';
import { statefulSets } from './apps/v1/stateful-set.ts';
import { horizontalPodAutoscalers } from './autoscaling/v2/horizontal-pod-autoscaler.ts';
import { cronJobs } from './batch/v1/cron-job.ts';
import { jobs } from './batch/v1/job.ts';
import { certificateSigningRequests } from './certificates/v1/certificate-signing-request.ts';
import { leases } from './coordination/v1/lease.ts';
import { endpointSlices } from './discovery/v1/endpoint-slice.ts';
import { ingresses } from './networking/v1/ingress.ts';
import { networkPolicies } from './networking/v1/network-policy.ts';
import { podDisruptionBudgets } from './policy/v1/pod-disruption-budget.ts';
import { roleBindings } from './rbac/v1/role-binding.ts';
import { priorityClasses } from './scheduling/v1/priority-class.ts';
import { storageClasses } from './storage/v1/storage-class.ts';
import { ago, row } from './testing.ts';

type Loose = Record<string, unknown>;

const template = {
  spec: {
    containers: [
      { name: 'web', image: 'web:1' },
      { name: 'log', image: 'log:2' },
    ],
  },
};
const selector = { matchLabels: { app: 'web' } };

const cases: [string, Resource<never>, Loose, string][] = [
  [
    'a deployment',
    deployments,
    {
      spec: { replicas: 3, selector, template },
      status: { readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1 },
    },
    'web | 1/3 | 2 | 1 | 60m | web,log | web:1,log:2 | app=web',
  ],
  [
    'a replica set',
    replicaSets,
    { spec: { replicas: 3, selector, template }, status: { replicas: 2, readyReplicas: 1 } },
    'web | 3 | 2 | 1 | 60m | web,log | web:1,log:2 | app=web',
  ],
  [
    'a stateful set',
    statefulSets,
    { spec: { replicas: 3, selector, template }, status: { readyReplicas: 1 } },
    'web | 1/3 | 60m | web,log | web:1,log:2',
  ],
  [
    'a daemon set',
    daemonSets,
    {
      spec: { selector, template: { spec: { ...template.spec, nodeSelector: { disk: 'ssd' } } } },
      status: {
        desiredNumberScheduled: 5,
        currentNumberScheduled: 4,
        numberReady: 3,
        updatedNumberScheduled: 2,
        numberAvailable: 1,
      },
    },
    'web | 5 | 4 | 3 | 2 | 1 | disk=ssd | 60m | web,log | web:1,log:2 | app=web',
  ],
  [
    'a job that runs',
    jobs,
    { spec: { completions: 3, selector, template }, status: { succeeded: 1, active: 1, startTime: ago(90) } },
    'web | Running | 1/3 | 90s | 60m | web,log | web:1,log:2 | app=web',
  ],
  [
    'a job that is done',
    jobs,
    {
      spec: { completions: 1, selector, template },
      status: {
        succeeded: 1,
        startTime: ago(90),
        completionTime: ago(60),
        conditions: [{ type: 'Complete', status: 'True' }],
      },
    },
    'web | Complete | 1/1 | 30s | 60m | web,log | web:1,log:2 | app=web',
  ],
  [
    'a job that failed',
    jobs,
    { spec: { parallelism: 2, selector, template }, status: { conditions: [{ type: 'Failed', status: 'True' }] } },
    'web | Failed | 0/1 of 2 |  | 60m | web,log | web:1,log:2 | app=web',
  ],
  [
    'a cron job',
    cronJobs,
    {
      spec: { schedule: '* * * * *', suspend: false, jobTemplate: { spec: { template } } },
      status: { active: [{}], lastScheduleTime: ago(30) },
    },
    'web | * * * * * | <none> | False | 1 | 30s | 60m | web,log | web:1,log:2 | <none>',
  ],
  [
    'a cron job that never ran',
    cronJobs,
    { spec: { schedule: '@daily', timeZone: 'UTC', suspend: true, jobTemplate: { spec: { template } } } },
    'web | @daily | UTC | True | 0 | <none> | 60m | web,log | web:1,log:2 | <none>',
  ],
  [
    'an ingress',
    ingresses,
    {
      spec: { ingressClassName: 'nginx', tls: [{}], rules: [{ host: 'a.example' }, { host: 'b.example' }] },
      status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
    },
    'web | nginx | a.example,b.example | 1.2.3.4 | 80, 443 | 60m',
  ],
  ['a network policy', networkPolicies, { spec: { podSelector: selector } }, 'web | app=web | 60m'],
  ['a network policy for all', networkPolicies, { spec: { podSelector: {} } }, 'web | <none> | 60m'],
  [
    'an autoscaler',
    horizontalPodAutoscalers,
    {
      spec: {
        minReplicas: 1,
        maxReplicas: 5,
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
        ],
      },
      status: { currentReplicas: 2 },
    },
    'web | Deployment/web | cpu: <unknown>/80% | 1 | 5 | 2 | 60m',
  ],
  [
    'a budget',
    podDisruptionBudgets,
    { spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 1 } },
    'web | 50% | N/A | 1 | 60m',
  ],
  [
    'a slice',
    endpointSlices,
    {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'] }],
      ports: [{ port: 80 }],
    },
    'web | IPv4 | 80 | 10.0.0.1,10.0.0.2 | 60m',
  ],
  ['a lease', leases, { spec: { holderIdentity: 'me' } }, 'web | me | 60m'],
  [
    'a request for a certificate',
    certificateSigningRequests,
    {
      spec: { signerName: 'a.io/b', username: 'jane' },
      status: { conditions: [{ type: 'Approved', status: 'True' }], certificate: 'eA==' },
    },
    'web | 60m | a.io/b | jane | <none> | Approved,Issued',
  ],
  [
    'a binding',
    roleBindings,
    {
      roleRef: { kind: 'Role', name: 'reader' },
      subjects: [
        { kind: 'User', name: 'jane' },
        { kind: 'Group', name: 'devs' },
        { kind: 'ServiceAccount', namespace: 'x', name: 'default' },
      ],
    },
    'web | Role/reader | 60m | jane | devs | x/default',
  ],
  [
    'a priority',
    priorityClasses,
    { value: 7, globalDefault: true, preemptionPolicy: 'Never' },
    'web | 7 | true | 60m | Never',
  ],
  [
    'a default storage class',
    storageClasses,
    {
      metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'a.io/b',
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    'web (default) | a.io/b | Delete | WaitForFirstConsumer | false | 60m',
  ],
] as never;

describe('kubectl get', () => {
  it.each(cases)('shows %s', (...[, resource, object, expected]) => {
    expect(row(resource, object)).toBe(expected);
  });
});
