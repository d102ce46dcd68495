import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { certificateSigningRequests } from '#api/certificates/v1/certificate-signing-request.ts';
import { clusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { isNotFound } from '#apimachinery/status.ts';
import { eventually } from '#base/wait.ts';
import { createClient } from '#client/in-process-client.ts';
import type { CertificateSigningRequest } from '#gen/certificates/v1.ts';
import { controllerWorld } from '../testing/world.ts';
import { expiresMs } from './age.ts';
import { certificateApprover, certificateCleaner, certificateSigner } from './controller.ts';
import { readRequest } from './requested.ts';
import { CLIENT, KUBELET_CLIENT, KUBELET_SERVING, refusal } from './rules.ts';

x509.cryptoProvider.set(webcrypto as never);
const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

async function csr(name: string, hosts: { type: 'dns' | 'ip'; value: string }[] = []): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const extensions = hosts.length > 0 ? [new x509.SubjectAlternativeNameExtension(hosts)] : [];
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name,
    keys: keys as never,
    signingAlgorithm: CURVE,
    extensions,
  });
  return made.toString('pem');
}
const NODE = 'O=system:nodes, CN=system:node:a';
type Usages = NonNullable<CertificateSigningRequest['spec']['usages']>;
const clientUsages: Usages = ['digital signature', 'client auth'];
const named = (name: string) => ({ namespace: '', name });
const request = async (signerName: string, subject: string, usages: Usages = clientUsages) => ({
  metadata: { name: 'r' },
  spec: { signerName, request: Buffer.from(await csr(subject)).toString('base64'), usages },
});

describe('what the signers refuse', () => {
  const dns = [{ type: 'dns' as const, value: 'a' }];
  it.each<[string, string, string, typeof dns, Usages, string | undefined]>([
    ['a client', CLIENT, 'CN=jane', [], clientUsages, undefined],
    [
      'a client that would serve',
      CLIENT,
      'CN=jane',
      [],
      ['server auth'],
      'invalid usages for client certificate: [server auth]',
    ],
    ['a kubelet', KUBELET_CLIENT, NODE, [], clientUsages, undefined],
    ['a kubelet with key encipherment', KUBELET_CLIENT, NODE, [], ['key encipherment', ...clientUsages], undefined],
    [
      'a kubelet of no node',
      KUBELET_CLIENT,
      'O=system:nodes, CN=jane',
      [],
      clientUsages,
      'subject common name does not begin with system:node: ',
    ],
    [
      'a kubelet of another group',
      KUBELET_CLIENT,
      'O=x, CN=system:node:a',
      [],
      clientUsages,
      'subject organization is not system:nodes',
    ],
    ['a kubelet with names', KUBELET_CLIENT, NODE, dns, clientUsages, 'DNS subjectAltNames are not allowed'],
    [
      'a kubelet that asks for more',
      KUBELET_CLIENT,
      NODE,
      [],
      [...clientUsages, 'server auth'],
      'usages did not match [client auth digital signature]',
    ],
    ['a serving kubelet', KUBELET_SERVING, NODE, dns, ['digital signature', 'server auth'], undefined],
    [
      'a serving kubelet without names',
      KUBELET_SERVING,
      NODE,
      [],
      ['digital signature', 'server auth'],
      'DNS or IP subjectAltName is required',
    ],
    [
      'a serving kubelet as client',
      KUBELET_SERVING,
      NODE,
      dns,
      clientUsages,
      'usages did not match [digital signature server auth]',
    ],
  ])('%s', async (_, signerName, subject, hosts, usages, expected) => {
    expect(refusal(signerName, await readRequest(await csr(subject, hosts)), usages)).toBe(expected);
  });
});

it.each<[string, CertificateSigningRequest['status'], number]>([
  ['a day undecided', {}, 24],
  [
    'an hour after approval',
    { conditions: [{ type: 'Approved', status: 'True', lastUpdateTime: '2026-01-01T02:00:00Z' }] },
    3,
  ],
  [
    'an hour after denial',
    { conditions: [{ type: 'Denied', status: 'True', lastUpdateTime: '2026-01-01T05:00:00Z' }] },
    6,
  ],
])('a request is kept %s', (_, status, hours) => {
  const given = { metadata: { creationTimestamp: '2026-01-01T00:00:00Z' }, status } as CertificateSigningRequest;
  expect(expiresMs(given)).toBe(Date.UTC(2026, 0, 1, hours));
});

describe('certificate controllers on a real server', () => {
  const signed: string[] = [];
  const signer = async (pem: string) => {
    signed.push(pem);
    return '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
  };
  const all = [certificateApprover, certificateSigner, certificateCleaner];

  it('approves a kubelet by its rights, and signs', async () => {
    await using world = await controllerWorld(all, { signer });
    const { client, handler } = world;
    await client.create(clusterRoleBindings, {
      metadata: { name: 'renew' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
      },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
    });
    await client.create(clusterRoleBindings, {
      metadata: { name: 'ask' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-bootstrapper' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
    });
    const kubelet = createClient(handler, {
      user: { name: 'system:node:a', groups: ['system:nodes', 'system:authenticated'] },
      userAgent: 'kubelet',
    });
    const asked = await request(KUBELET_CLIENT, NODE);
    await kubelet.create(certificateSigningRequests, asked);
    const done = await eventually(async () => {
      const current = await client.get(certificateSigningRequests, named('r'));
      return current.status.certificate !== undefined && current;
    });
    expect(done.status.conditions).toMatchObject([
      {
        type: 'Approved',
        status: 'True',
        reason: 'AutoApproved',
        message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
      },
    ]);
    expect(Buffer.from(done.status.certificate ?? '', 'base64').toString()).toContain('BEGIN CERTIFICATE');
    expect(signed.at(-1)).toBe(Buffer.from(asked.spec.request, 'base64').toString());
  });

  it('waits for a human where rights do not decide, and says why it will not sign', async () => {
    await using world = await controllerWorld(all, { signer });
    const { client } = world;
    await client.create(
      certificateSigningRequests,
      await request(KUBELET_SERVING, NODE, ['digital signature', 'server auth']),
    );
    const waiting = await eventually(() => world.informers.for(certificateSigningRequests).get('r'));
    expect(waiting.status?.conditions).toBeUndefined();
    const fresh = await client.get(certificateSigningRequests, named('r'));
    const approved = { type: 'Approved', status: 'True', reason: 'KubectlApprove', message: 'by hand' };
    await client.update(
      certificateSigningRequests,
      { ...fresh, status: { conditions: [approved] } },
      { subresource: 'approval' },
    );
    const failed = await eventually(async () => {
      const current = await client.get(certificateSigningRequests, named('r'));
      return current.status.conditions?.find(({ type }) => type === 'Failed');
    });
    expect(failed).toMatchObject({
      status: 'True',
      reason: 'SignerValidationFailure',
      message: 'DNS or IP subjectAltName is required',
    });
  });

  it('forgets an undecided request after a day', async () => {
    await using world = await controllerWorld(all);
    const { client, clock } = world;
    await client.create(certificateSigningRequests, await request(CLIENT, 'CN=jane'));
    await eventually(() => world.informers.for(certificateSigningRequests).get('r'));
    await clock.advance(24 * 3_600_000 - 1_000);
    expect(await client.get(certificateSigningRequests, named('r'))).toBeDefined();
    await eventually(async () => {
      await clock.advance(1_000);
      return client.get(certificateSigningRequests, named('r')).then(() => false, isNotFound);
    });
  });
});
