import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployments } from '#api/apps/v1/deployment.ts';
import { namespaces } from '#api/core/v1/namespace.ts';
import { pods } from '#api/core/v1/pod.ts';
import type { PodSpec } from '#gen/core/v1.ts';
import { type TestServer, testServer } from '../testing.ts';
import { policyErrors, policyOf, violationsOf } from './pod-security/policy.ts';
import { podSecurity } from './pod-security.ts';

const LATEST = 'latest';
type Container = PodSpec['containers'][number];
const one = (container: object = {}, spec: object = {}): PodSpec =>
  ({ containers: [{ name: 'a', image: 'a', ...container } as Container], ...spec }) as PodSpec;
const context = (securityContext: object) => one({ securityContext });
const hardened = (securityContext: object = {}, spec: object = {}) =>
  one(
    { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, ...securityContext } },
    { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }, ...spec },
  );
const volume = (source: object) => one({}, { volumes: [{ name: 'v', ...source }] });

describe('the baseline', () => {
  it.each<[string, PodSpec, string]>([
    ['a plain pod', one(), ''],
    [
      'capabilities',
      context({ capabilities: { add: ['CHOWN', 'SYS_ADMIN', 'NET_ADMIN'] } }),
      'non-default capabilities (container "a" must not include "NET_ADMIN", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      'host namespaces',
      one({}, { hostIPC: true, hostNetwork: true }),
      'host namespaces (hostNetwork=true, hostIPC=true)',
    ],
    ['host paths', volume({ hostPath: { path: '/' } }), 'hostPath volumes (volume "v")'],
    [
      'host ports',
      one({
        ports: [
          { containerPort: 1, hostPort: 80 },
          { containerPort: 2, hostPort: 443 },
        ],
      }),
      'hostPort (container "a" uses hostPorts 443, 80)',
    ],
    [
      'hosts of probes',
      one({ livenessProbe: { httpGet: { host: 'h', port: 1 } } }),
      'probe or lifecycle host (container "a" uses probe or lifecycle host "h")',
    ],
    [
      'privileges',
      context({ privileged: true }),
      'privileged (container "a" must not set securityContext.privileged=true)',
    ],
    [
      'proc',
      context({ procMount: 'Unmasked' }),
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    ['proc in a user namespace', { ...context({ procMount: 'Unmasked' }), hostUsers: false }, ''],
    [
      'SELinux',
      context({ seLinuxOptions: { type: 'spc_t', user: 'u' } }),
      'seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
    ],
    ['a fine SELinux type', context({ seLinuxOptions: { type: 'container_t' } }), ''],
    [
      'seccomp',
      one(
        { securityContext: { seccompProfile: { type: 'Unconfined' } } },
        { securityContext: { seccompProfile: { type: 'Unconfined' } } },
      ),
      'seccompProfile (pod and container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'AppArmor',
      context({ appArmorProfile: { type: 'Unconfined' } }),
      'forbidden AppArmor profile (container "a" must not set AppArmor profile type to "Unconfined")',
    ],
    [
      'sysctls',
      one({}, { securityContext: { sysctls: [{ name: 'kernel.msgmax' }, { name: 'net.ipv4.tcp_rmem' }] } }),
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      'Windows hosts',
      one({}, { securityContext: { windowsOptions: { hostProcess: true } } }),
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      'two at once',
      one({ securityContext: { privileged: true } }, { hostPID: true }),
      'host namespaces (hostPID=true), privileged (container "a" must not set securityContext.privileged=true)',
    ],
    [
      'init and ephemeral containers',
      one(
        {},
        {
          initContainers: [{ name: 'i', securityContext: { privileged: true } }],
          ephemeralContainers: [{ name: 'e', securityContext: { privileged: true } }],
        },
      ),
      'privileged (containers "i", "e" must not set securityContext.privileged=true)',
    ],
  ])('%s', (_, spec, wanted) => {
    expect(violationsOf({ level: 'baseline', version: LATEST }, { metadata: {}, spec })).toBe(wanted);
  });

  it('knows more safe sysctls with time', () => {
    const spec = one({}, { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '' }] } });
    const at = (version: string) => violationsOf({ level: 'baseline', version }, { metadata: {}, spec });
    expect(at('v1.31')).toBe('forbidden sysctls (net.ipv4.tcp_rmem)');
    expect(at('v1.32')).toBe('');
  });
});

describe('the restricted level', () => {
  const PLAIN =
    'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false), ' +
    'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]), ' +
    'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true), ' +
    'seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';
  it.each<[string, PodSpec, string]>([
    ['a hardened pod', hardened(), ''],
    ['a plain pod', one(), PLAIN],
    [
      'one more capability',
      hardened({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'CHOWN'] } }),
      'unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    ['root', hardened({ runAsUser: 0 }), 'runAsUser=0 (container "a" must not set runAsUser=0)'],
    [
      'a container that may be root',
      hardened({ runAsNonRoot: false }),
      'runAsNonRoot != true (container "a" must not set securityContext.runAsNonRoot=false)',
    ],
    [
      'volumes of the host',
      hardened(
        {},
        {
          volumes: [
            { name: 'v', hostPath: { path: '/' } },
            { name: 's', secret: {} },
          ],
        },
      ),
      'restricted volume types (volume "v" uses restricted volume type "hostPath")',
    ],
    ['what the baseline refuses', hardened({}, { hostNetwork: true }), 'host namespaces (hostNetwork=true)'],
    ['Windows', one({ securityContext: { runAsNonRoot: true } }, { os: { name: 'windows' } }), ''],
  ])('%s', (_, spec, wanted) => {
    expect(violationsOf({ level: 'restricted', version: LATEST }, { metadata: {}, spec })).toBe(wanted);
  });
});

describe("a namespace's labels", () => {
  const label = (name: string) => `pod-security.kubernetes.io/${name}`;
  it.each([
    [{}, 'privileged:latest', 'privileged:latest'],
    [{ enforce: 'baseline' }, 'baseline:latest', 'baseline:latest'],
    [{ enforce: 'baseline', warn: 'privileged' }, 'baseline:latest', 'privileged:latest'],
    [{ enforce: 'baseline', 'enforce-version': 'v1.30', warn: 'restricted' }, 'baseline:v1.30', 'restricted:latest'],
    [{ warn: 'restricted', 'warn-version': 'v1.25' }, 'privileged:latest', 'restricted:v1.25'],
    [{ enforce: 'nonsense' }, 'restricted:latest', 'restricted:latest'],
    [{ warn: 'nonsense' }, 'privileged:latest', 'privileged:latest'],
  ])('%j', (given, enforce, warn) => {
    const labels = Object.fromEntries(Object.entries(given).map(([name, value]) => [label(name), value]));
    const policy = policyOf(labels);
    expect(`${policy.enforce.level}:${policy.enforce.version}`).toBe(enforce);
    expect(`${policy.warn.level}:${policy.warn.version}`).toBe(warn);
  });

  it('are checked', () => {
    expect(
      policyErrors({ [label('enforce')]: 'no', [label('audit-version')]: '1.2' }).map(
        ({ field, detail }) => `${field}: ${detail}`,
      ),
    ).toEqual([
      'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "no": must be one of privileged, baseline, restricted',
      'metadata.labels[pod-security.kubernetes.io/audit-version]: Invalid value: "1.2": must be "latest" or "v1.x"',
    ]);
  });
});

describe('in a server', () => {
  let test: TestServer;
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  beforeEach(async () => {
    warnings.length = 0;
    test = await testServer({ admission: [podSecurity] });
  });
  afterEach(() => test[Symbol.asyncDispose]());
  const namespace = (labels: object) =>
    test.object({ verb: 'create', resource: namespaces, body: { metadata: { name: 'default', labels } } });
  const pod = (name: string, spec: PodSpec) =>
    test.object({ verb: 'create', resource: pods, body: { metadata: { name }, spec }, warn });

  it('a pod that breaks the enforced level is refused', async () => {
    await namespace({ 'pod-security.kubernetes.io/enforce': 'baseline' });
    await pod('fine', one());
    await expect(pod('bad', context({ privileged: true }))).rejects.toMatchObject({
      status: {
        code: 403,
        reason: 'Forbidden',
        message:
          'pods "bad" is forbidden: violates PodSecurity "baseline:latest": privileged (container "a" must not set securityContext.privileged=true)',
      },
    });
  });

  it('pods and workloads are warned', async () => {
    await namespace({ 'pod-security.kubernetes.io/warn': 'baseline' });
    await pod('bad', context({ privileged: true }));
    const template = { metadata: { labels: { a: 'b' } }, spec: context({ privileged: true }) };
    const body = { metadata: { name: 'web' }, spec: { selector: { matchLabels: { a: 'b' } }, template } };
    await test.send({ verb: 'create', resource: deployments, body, warn });
    const sentence =
      'would violate PodSecurity "baseline:latest": privileged (container "a" must not set securityContext.privileged=true)';
    expect(warnings).toEqual([sentence, sentence]);
  });

  it('whoever makes a namespace stricter hears of the pods that are there', async () => {
    const made = await namespace({});
    for (const name of ['c', 'b', 'a']) await pod(name, context({ privileged: true }));
    await pod('other', one({}, { hostPID: true }));
    const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
    const body = { ...made, metadata: { ...made.metadata, labels } };
    await test.send({ verb: 'update', resource: namespaces, name: 'default', body, warn });
    expect(warnings).toEqual([
      'existing pods in namespace "default" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 2 other pods): privileged (container "a" must not set securityContext.privileged=true)',
      'other: host namespaces (hostPID=true)',
    ]);
  });

  it('labels that nobody understands are refused', async () => {
    await expect(namespace({ 'pod-security.kubernetes.io/enforce': 'strict' })).rejects.toMatchObject({
      status: { code: 422, reason: 'Invalid' },
    });
  });

  it('what was let in may change in what does not matter', async () => {
    await namespace({});
    const made = await pod('old', context({ privileged: true }));
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const patch = { patchType: 'application/merge-patch+json', patch: { metadata: { labels } } };
    await test.send({ verb: 'patch', resource: namespaces, name: 'default', body: patch });
    const body = { ...made, metadata: { ...made.metadata, labels: { a: 'b' } } };
    await expect(test.send({ verb: 'update', resource: pods, name: 'old', body })).resolves.toMatchObject({
      code: 200,
    });
    const image = {
      patchType: 'application/strategic-merge-patch+json',
      patch: { spec: { containers: [{ name: 'a', image: 'new' }] } },
    };
    await expect(test.send({ verb: 'patch', resource: pods, name: 'old', body: image })).rejects.toMatchObject({
      status: { code: 403 },
    });
  });
});
