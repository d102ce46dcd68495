import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '#base/clock.ts';
import { eventually } from '#base/wait.ts';
import { kubeconfig } from './kubeconfig.ts';
import { ensurePki, type Pki } from './pki.ts';

const DAY_MS = 24 * 3_600_000;

describe('the keys of a cluster', () => {
  let dir: string;
  let clock: FakeClock;
  let pki: Pki;
  const start = async (hosts: string[] = ['192.0.2.7']) => {
    pki = await ensurePki({ dir, hosts, clock });
    return pki;
  };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'timonel-pki-'));
    clock = fakeClock(Date.now());
  });
  afterEach(async () => {
    await pki[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  const openssl = (pem: string, purpose: string) => {
    writeFileSync(join(dir, 'leaf.pem'), pem);
    const args = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', join(dir, 'ca.crt'), join(dir, 'leaf.pem')];
    return execFileSync('openssl', args).toString();
  };

  it('makes certificates that openssl accepts for their purpose, and no other', async () => {
    await start();
    const { certPem } = await pki.clientCert('scheduler', { cn: 'system:kube-scheduler' });
    expect(openssl(pki.serving.certPem, 'sslserver')).toContain('OK');
    expect(openssl(certPem, 'sslclient')).toContain('OK');
    expect(() => openssl(certPem, 'sslserver')).toThrow(
      /unsuitable certificate purpose|unsupported certificate purpose|Command failed/,
    );
    const node = await pki.kubeletServingCert('n1', ['n1', '10.0.0.5']);
    expect(openssl(node.certPem, 'sslserver')).toContain('OK');
  });

  it('names the server and the client as Kubernetes wants', async () => {
    await start();
    const serving = new X509Certificate(pki.serving.certPem);
    for (const host of ['localhost', 'kubernetes.default.svc']) expect(serving.checkHost(host)).toBe(host);
    for (const ip of ['127.0.0.1', '192.0.2.7']) expect(serving.checkIP(ip)).toBe(ip);
    const client = new X509Certificate((await pki.kubeletClientCert('n1')).certPem);
    expect(client.subject).toBe('O=system:nodes\nCN=system:node:n1');
    const years = (Date.parse(new X509Certificate(pki.caPem).validTo) - clock.now()) / (365 * DAY_MS);
    expect(years).toBeCloseTo(10, 1);
  });

  it('keeps everything for the next start, readable by the owner only', async () => {
    const first = await start();
    await first[Symbol.asyncDispose]();
    const second = await start();
    expect([second.caPem, second.serving, second.serviceAccountKeyPem]).toEqual([
      first.caPem,
      first.serving,
      first.serviceAccountKeyPem,
    ]);
    for (const name of readdirSync(dir)) expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  it('makes the serving certificate anew for a new host, and replaces what cannot be read', async () => {
    const first = await start();
    await first[Symbol.asyncDispose]();
    const moved = await start(['192.0.2.8']);
    expect(moved.serving.certPem).not.toBe(first.serving.certPem);
    await moved[Symbol.asyncDispose]();
    writeFileSync(join(dir, 'apiserver.crt'), 'broken');
    const repaired = await start(['192.0.2.8']);
    expect(new X509Certificate(repaired.serving.certPem).checkIP('192.0.2.8')).toBe('192.0.2.8');
  });

  it('renews the serving certificate long before its end, while running', async () => {
    await start();
    const before = pki.serving.certPem;
    const heard: string[] = [];
    pki.onServingRenewed(({ certPem }) => heard.push(certPem));
    await clock.advance(200 * DAY_MS);
    expect(pki.serving.certPem).toBe(before);
    await clock.advance(50 * DAY_MS);
    const renewed = await eventually(() => heard[0]);
    expect(renewed).toBe(pki.serving.certPem);
    expect(renewed).not.toBe(before);
  });

  it('signs the key of a certificate signing request', async () => {
    await start();
    const keyFile = join(dir, 'user.key');
    writeFileSync(
      keyFile,
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    );
    const csr = execFileSync('openssl', ['req', '-new', '-key', keyFile, '-subj', '/O=dev/CN=jane']).toString();
    const pem = await pki.sign(csr, { cn: 'jane', orgs: ['dev'], usage: 'client', lifetimeMs: DAY_MS });
    expect(openssl(pem, 'sslclient')).toContain('OK');
    expect(new X509Certificate(pem).subject).toBe('O=dev\nCN=jane');
  });

  it('writes a kubeconfig with one context', async () => {
    await start();
    const credentials = { token: 't' };
    const text = kubeconfig({ clusterName: 'c', server: 'https://x', caPem: 'pem', userName: 'u', credentials });
    expect(JSON.parse(text)).toMatchObject({
      'current-context': 'u@c',
      clusters: [{ cluster: { server: 'https://x', 'certificate-authority-data': 'cGVt' } }],
      users: [{ name: 'u', user: { token: 't' } }],
    });
  });
});
