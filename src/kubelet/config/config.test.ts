import { describe, expect, it } from 'vitest';
import type { Container, Pod, PodSpec } from '#gen/core/v1.ts';
import type { Image } from '../runtimes/runtime.ts';
import { parseResolvConf, podDns } from './dns.ts';
import { hostNamesOf } from './hostname.ts';
import { hostsFile } from './hosts-file.ts';
import { resourceFieldValue } from './resource-field-ref.ts';
import { containerSecurity, namespacesOf, verifyNonRoot } from './security-context.ts';

const podOf = (spec: Partial<PodSpec> = {}): Pod => ({
  metadata: { name: 'web', namespace: 'shop', uid: 'u' } as Pod['metadata'],
  spec: { containers: [{ name: 'c' }], ...spec },
  status: {},
});
const image = (more: Partial<Image> = {}): Image => ({ id: 'i', repoTags: [], repoDigests: [], sizeBytes: 0, ...more });

describe('the pod’s resolver', () => {
  const host = parseResolvConf('# c\nsearch old\nnameserver 192.0.2.1\nsearch corp.example.\noptions timeout:1\n');
  const settings = { clusterDNS: ['10.96.0.10'], clusterDomain: 'cluster.local', host };
  const own = ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'corp.example'];

  it.each<[string, Partial<PodSpec>, object]>([
    ['ClusterFirst', {}, { servers: ['10.96.0.10'], searches: own, options: ['ndots:5'] }],
    ['ClusterFirst on the host network', { hostNetwork: true }, host],
    [
      'ClusterFirstWithHostNet',
      { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
      { servers: ['10.96.0.10'], searches: own, options: ['ndots:5'] },
    ],
    ['Default', { dnsPolicy: 'Default' }, host],
    [
      'None',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'] } },
      { servers: ['1.1.1.1'], searches: [], options: [] },
    ],
    [
      'additions, of which an option replaces its namesake',
      {
        dnsConfig: {
          nameservers: ['1.1.1.1', '10.96.0.10'],
          searches: ['x'],
          options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
        },
      },
      { servers: ['10.96.0.10', '1.1.1.1'], searches: [...own, 'x'], options: ['ndots:2', 'edns0'] },
    ],
  ])('%s', (_, spec, dns) => expect(podDns(podOf(spec), settings)).toEqual(dns));

  it('has at most three servers', () =>
    expect(podDns(podOf({ dnsConfig: { nameservers: ['a', 'b', 'c', 'd'] } }), settings).servers).toEqual([
      '10.96.0.10',
      'a',
      'b',
    ]));
});

describe('names', () => {
  it.each<[string, Partial<PodSpec>, object]>([
    ['its own', {}, { hostname: 'web', domain: '' }],
    ['a subdomain', { hostname: 'h', subdomain: 's' }, { hostname: 'h', domain: 's.shop.svc.cluster.local' }],
    [
      'its FQDN',
      { subdomain: 's', setHostnameAsFQDN: true },
      { hostname: 'web.s.shop.svc.cluster.local', domain: 's.shop.svc.cluster.local' },
    ],
  ])('%s', (_, spec, names) => expect(hostNamesOf(podOf(spec), 'cluster.local')).toEqual(names));

  it('refuse an FQDN that the kernel cannot hold', () =>
    expect(() =>
      hostNamesOf(podOf({ hostname: 'h'.repeat(60), subdomain: 's', setHostnameAsFQDN: true }), 'cluster.local'),
    ).toThrow('is too long (64 characters is the max, 85 characters requested)'));

  it('are written for every address, with the aliases', () => {
    const pod = podOf({ hostAliases: [{ ip: '192.0.2.9', hostnames: ['a', 'b'] }] });
    const text = hostsFile({ pod, podIPs: ['10.0.0.1', 'fd00::1'], hostname: 'h', domain: 's.x', nodeHosts: '' });
    expect(text).toContain('10.0.0.1\th.s.x\th\nfd00::1\th.s.x\th\n');
    expect(text.endsWith('\n# Entries added by HostAliases.\n192.0.2.9\ta\tb\n')).toBe(true);
  });
});

it.each([
  ['limits.cpu', undefined, '2'],
  ['limits.cpu', '1m', '1500'],
  ['requests.memory', '1Mi', '65'],
  ['limits.memory', '1Gi', '4'],
])('%s in units of %s is %s', (resource, divisor, text) => {
  const container: Container = { name: 'c', resources: { limits: { cpu: '1500m' }, requests: { memory: '64.5Mi' } } };
  const question = { pod: podOf(), container, allocatable: { memory: '4Gi' } };
  expect(resourceFieldValue({ resource, ...(divisor && { divisor }) }, question)).toBe(text);
});

describe('security', () => {
  const nonRoot = podOf({ securityContext: { runAsNonRoot: true } });
  const who = '(pod: "web_shop(u)", container: c)';
  it.each<[string, Container, Image, string]>([
    [
      'the image is root’s',
      { name: 'c' },
      image({ uid: 0 }),
      `container has runAsNonRoot and image will run as root ${who}`,
    ],
    [
      'the user is root',
      { name: 'c', securityContext: { runAsUser: 0 } },
      image(),
      `container's runAsUser breaks non-root policy ${who}`,
    ],
    [
      'a name may be root',
      { name: 'c' },
      image({ username: 'app' }),
      `container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root ${who}`,
    ],
  ])('refuses root: %s', (_, container, of, message) =>
    expect(() => verifyNonRoot(nonRoot, container, of)).toThrow(message),
  );
  it('takes whoever is not root', () => {
    expect(() => verifyNonRoot(nonRoot, { name: 'c' }, image({ uid: 7 }))).not.toThrow();
    expect(() => verifyNonRoot(nonRoot, { name: 'c', securityContext: { runAsUser: 7 } }, image())).not.toThrow();
  });

  it('of the container wins over that of the pod, and a group needs a user', () => {
    const pod = podOf({ securityContext: { runAsUser: 1, runAsGroup: 2, fsGroup: 3, supplementalGroups: [4] } });
    const settings = { seccompRoot: '/s', image: image() };
    expect(containerSecurity(pod, { name: 'c', securityContext: { runAsUser: 9 } }, settings)).toMatchObject({
      runAsUser: 9,
      runAsGroup: 2,
      supplementalGroups: [3, 4],
      seccomp: { type: 'Unconfined' },
    });
    const groupOnly = podOf({ securityContext: { runAsGroup: 2 } });
    expect(containerSecurity(groupOnly, { name: 'c' }, settings).runAsGroup).toBeUndefined();
  });

  it.each<[Partial<PodSpec>, object]>([
    [{}, { network: 'POD', pid: 'CONTAINER', ipc: 'POD' }],
    [{ shareProcessNamespace: true }, { network: 'POD', pid: 'POD', ipc: 'POD' }],
    [
      { hostNetwork: true, hostPID: true, hostIPC: true },
      { network: 'NODE', pid: 'NODE', ipc: 'NODE' },
    ],
  ])('namespaces of %o', (spec, namespaces) => expect(namespacesOf(podOf(spec))).toEqual(namespaces));
});
