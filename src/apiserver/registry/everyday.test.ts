import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '#api/index.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { apiVersionOf, type Resource } from '#apimachinery/resource.ts';
import { StatusError } from '#apimachinery/status.ts';
import { type TestServer, testServer } from '../testing.ts';

/** What `openssl req -new -newkey ec` writes. */
const CSR = Buffer.from(
  `-----BEGIN CERTIFICATE REQUEST-----\n${[
    'MIHvMIGWAgEAMDQxFTATBgNVBAoMDHN5c3RlbTpub2RlczEbMBkGA1UEAwwSc3lz',
    'dGVtOm5vZGU6bm9kZS0xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEuQLFAfNr',
    'KhN3ZsXEMYoA11wkCYyWykY0UZgg0lgMhDh4G1BDgiHc9CjCbWBYWcebJkxxnWln',
    'LjVLD/+LpXVJk6AAMAoGCCqGSM49BAMCA0gAMEUCIFX0ln9n+YFh72ivhZRWC03D',
    'BZEVcIDfKKLEX1UxgzXIAiEA0Xk0/u2nbdbqvrIWYMs/Q3U0p6KRyWF1YWBgZF7v',
    'gqk=',
  ].join('\n')}\n-----END CERTIFICATE REQUEST-----\n`,
).toString('base64');

type Body = { metadata: { name?: string; generateName?: string } } & Record<string, unknown>;
interface Everyday {
  readonly kind: string;
  readonly apiVersion: string;
  readonly body: Body;
}

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } };
const selector = { matchLabels: { app: 'web' } };
const web = (spec: object): Body => ({ metadata: { name: 'web' }, spec });
const named = (name: string, rest: object = {}): Body => ({ metadata: { name }, ...rest });
const onceNamed = (generateName: string, rest: object = {}): Body => ({ metadata: { generateName }, ...rest });

/** One object of each kind, as components and tools of a running cluster create them. */
const everyday: readonly (readonly [string, string, Body])[] = [
  ['v1', 'Node', named('node-1.example', { spec: { podCIDR: '10.244.0.0/24' }, status: { capacity: { cpu: '2' } } })],
  ['coordination.k8s.io/v1', 'Lease', named('node-1', { spec: { holderIdentity: 'a', leaseDurationSeconds: 40 } })],
  ['v1', 'Namespace', onceNamed('run-')],
  ['v1', 'ServiceAccount', named('default')],
  ['v1', 'ConfigMap', named('kube-root-ca.crt', { data: { 'ca.crt': 'x' } })],
  ['v1', 'Secret', named('sh.helm.release.v1.web.v1', { type: 'helm.sh/release.v1', data: { release: 'eA==' } })],
  ['v1', 'Service', onceNamed('web-', { spec: { ports: [{ port: 80 }], selector: { app: 'web' } } })],
  [
    'v1',
    'Endpoints',
    named('web', { subsets: [{ addresses: [{ ip: '10.244.0.7' }], ports: [{ name: 'http', port: 80 }] }] }),
  ],
  [
    'discovery.k8s.io/v1',
    'EndpointSlice',
    onceNamed('web-', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.244.0.7'], conditions: { ready: true }, nodeName: 'node-1' }],
      ports: [{ name: '', port: 80, protocol: 'TCP' }],
    }),
  ],
  [
    'v1',
    'PersistentVolume',
    named('pvc-6d2f0b56-6e43-4f0e-9b9e-6f1d3d1c8a55', {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/data', type: 'DirectoryOrCreate' },
        storageClassName: 'standard',
        persistentVolumeReclaimPolicy: 'Delete',
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1'] }] },
            ],
          },
        },
      },
    }),
  ],
  [
    'v1',
    'PersistentVolumeClaim',
    named('data-web-0', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }),
  ],
  [
    'v1',
    'Event',
    named('web.17f1a2b3c4d5e6f7', {
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' },
      reason: 'Scheduled',
      message: 'assigned',
      source: { component: 'kubelet', host: 'node-1' },
      type: 'Normal',
    }),
  ],
  [
    'events.k8s.io/v1',
    'Event',
    named('web.27f1a2b3c4d5e6f7', {
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'default-scheduler',
      reportingInstance: 'default-scheduler-host',
      action: 'Binding',
      reason: 'Scheduled',
      regarding: { kind: 'Pod', namespace: 'default', name: 'web' },
      note: 'assigned',
      type: 'Normal',
    }),
  ],
  ['v1', 'Pod', onceNamed('web-', { spec: template.spec })],
  ['v1', 'PodTemplate', named('web', { template })],
  ['v1', 'ReplicationController', web({ selector: { app: 'web' }, template })],
  ['v1', 'ResourceQuota', web({ hard: { pods: '10', 'requests.cpu': '4' } })],
  ['v1', 'LimitRange', web({ limits: [{ type: 'Container', default: { cpu: '1' } }] })],
  ['apps/v1', 'Deployment', web({ selector, template })],
  ['apps/v1', 'ReplicaSet', named('web-5d4f8c7b9', { spec: { selector, template } })],
  ['apps/v1', 'DaemonSet', web({ selector, template })],
  ['apps/v1', 'StatefulSet', web({ serviceName: 'web', selector, template })],
  ['apps/v1', 'ControllerRevision', named('web-5d4f8c7b9', { revision: 1, data: { spec: {} } })],
  [
    'batch/v1',
    'Job',
    onceNamed('web-', { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } }),
  ],
  [
    'batch/v1',
    'CronJob',
    web({
      schedule: '*/5 * * * *',
      jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'OnFailure' } } } },
    }),
  ],
  ['storage.k8s.io/v1', 'StorageClass', named('standard', { provisioner: 'timonel.dev/local-path' })],
  ['storage.k8s.io/v1', 'CSIDriver', named('csi.example.com', { spec: {} })],
  ['storage.k8s.io/v1', 'CSINode', named('node-1', { spec: { drivers: [{ name: 'csi.example.com', nodeID: 'n' }] } })],
  [
    'storage.k8s.io/v1',
    'VolumeAttachment',
    named(`csi-${'a'.repeat(64)}`, {
      spec: { attacher: 'csi.example.com', nodeName: 'node-1', source: { persistentVolumeName: 'pv' } },
    }),
  ],
  ['scheduling.k8s.io/v1', 'PriorityClass', named('high', { value: 1000 })],
  ['policy/v1', 'PodDisruptionBudget', web({ minAvailable: 1, selector })],
  [
    'networking.k8s.io/v1',
    'Ingress',
    web({
      rules: [
        {
          host: 'web.example',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
          },
        },
      ],
    }),
  ],
  ['networking.k8s.io/v1', 'IngressClass', named('nginx', { spec: { controller: 'example.com/ingress' } })],
  ['networking.k8s.io/v1', 'NetworkPolicy', web({ podSelector: {}, ingress: [{}] })],
  [
    'networking.k8s.io/v1',
    'IPAddress',
    named('10.96.0.10', { spec: { parentRef: { resource: 'services', name: 'a' } } }),
  ],
  ['networking.k8s.io/v1', 'ServiceCIDR', named('kubernetes', { spec: { cidrs: ['10.96.0.0/16'] } })],
  [
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    web({ maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } }),
  ],
  [
    'certificates.k8s.io/v1',
    'CertificateSigningRequest',
    onceNamed('csr-', {
      spec: {
        request: CSR,
        signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
        usages: ['digital signature', 'client auth'],
      },
    }),
  ],
  ['node.k8s.io/v1', 'RuntimeClass', named('runc', { handler: 'runc' })],
  [
    'rbac.authorization.k8s.io/v1',
    'ClusterRole',
    named('system:node', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  ],
  ['rbac.authorization.k8s.io/v1', 'Role', named('extension-apiserver-authentication-reader', { rules: [] })],
  [
    'rbac.authorization.k8s.io/v1',
    'ClusterRoleBinding',
    named('system:node', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node' },
      subjects: [{ kind: 'Group', name: 'system:nodes' }],
    }),
  ],
  [
    'rbac.authorization.k8s.io/v1',
    'RoleBinding',
    named('system::leader-locking', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'kube-system' }],
    }),
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1',
    'PriorityLevelConfiguration',
    named('mine', { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } }),
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1',
    'FlowSchema',
    named('mine', { spec: { priorityLevelConfiguration: { name: 'mine' } } }),
  ],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', named('hooks')],
];

function resourceOf(apiVersion: string, kind: string): Resource {
  const found = resources.find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
  if (!found) throw new Error(`no ${kind} in ${apiVersion}`);
  return found;
}

const cases: Everyday[] = everyday.map(([apiVersion, kind, body]) => ({ apiVersion, kind, body }));
const stripped = (object: KubeObject): KubeObject => {
  const { resourceVersion: _r, managedFields: _m, ...metadata } = object.metadata;
  return { ...object, metadata } as KubeObject;
};

let host: TestServer;
beforeAll(async () => {
  host = await testServer();
});
afterAll(() => host[Symbol.asyncDispose]());

describe('an object with nothing in it', () => {
  it.each(
    resources
      .filter(({ verbs }) => verbs.includes('create'))
      .map((one) => [`${apiVersionOf(one)} ${one.kind}`, one] as const),
  )('of %s is stored or refused with reasons, and never breaks the server', async (_, resource) => {
    for (const rest of [{}, { spec: {} }, { spec: { template: {} } }]) {
      const body = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: { name: 'nothing' }, ...rest };
      const send = () => host.send({ verb: 'create', resource, body, options: { dryRun: true } });
      const code = await send().then(
        () => 201,
        (error: unknown) => (error instanceof StatusError ? error.code : error),
      );
      expect([201, 400, 401, 403, 404, 405, 409, 422]).toContain(code);
    }
  });
});

describe('what a running cluster does all day passes', () => {
  it.each(cases)('$apiVersion $kind is created, updated unchanged, labelled and deleted', async (one) => {
    const resource = resourceOf(one.apiVersion, one.kind);
    const body = { apiVersion: one.apiVersion, kind: one.kind, ...structuredClone(one.body) };
    const made = await host.object({ verb: 'create', resource, body });
    const name = made.metadata.name;
    const same = await host.object({ verb: 'update', resource, name, body: structuredClone(made) });
    expect(stripped(same)).toEqual(stripped(made));
    const labelled = structuredClone(made);
    labelled.metadata.labels = { ...labelled.metadata.labels, day: 'monday' };
    const next = await host.object({ verb: 'update', resource, name, body: labelled });
    expect(next.metadata.labels?.['day']).toBe('monday');
    const gone = await host.send({ verb: 'delete', resource, name });
    expect(['object', 'status']).toContain(gone.kind);
  });

  it.each(
    cases.filter(({ apiVersion, kind }) =>
      resourceOf(apiVersion, kind).subresources.some(({ name }) => name === 'status'),
    ),
  )('$apiVersion $kind takes a status that says nothing new', async (one) => {
    const resource = resourceOf(one.apiVersion, one.kind);
    const body = { apiVersion: one.apiVersion, kind: one.kind, ...structuredClone(one.body) };
    body.metadata = { ...body.metadata, ...(body.metadata.name && { name: `${body.metadata.name}` }) };
    const made = await host.object({ verb: 'create', resource, body });
    const { name } = made.metadata;
    const same = await host.object({
      verb: 'update',
      resource,
      name,
      subresource: 'status',
      body: structuredClone(made),
    });
    expect(stripped(same)).toEqual(stripped(made));
    await host.send({ verb: 'delete', resource, name });
  });
});
