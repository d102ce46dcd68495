import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import type { CertificateSigningRequest } from '#gen/certificates/v1.ts';
import { csrSigner } from './csr-signer.ts';
import { ensurePki, type Pki } from './pki.ts';

let folder: string;
let pki: Pki;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'timonel-csr-'));
  pki = await ensurePki({ dir: folder, hosts: [], clock: systemClock });
});
afterEach(async () => {
  await pki[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A request as openssl makes it. */
function request(subject: string, extension?: string): string {
  const more = extension ? ['-addext', extension] : [];
  const args = [
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    '/dev/null',
    '-subj',
    subject,
  ];
  return execFileSync('openssl', [...args, ...more], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
const spec = (usages: string[], expirationSeconds?: number) =>
  ({ spec: { usages, expirationSeconds } }) as unknown as CertificateSigningRequest;

describe('csrSigner', () => {
  it('signs a client certificate with the subject that was asked for', async () => {
    const pem = await csrSigner(pki)(request('/O=devs/O=ops/CN=jane'), spec(['client auth'], 3600));
    const certificate = new X509Certificate(pem);
    expect(certificate.verify(new X509Certificate(pki.caPem).publicKey)).toBe(true);
    expect(certificate.subject.split('\n').sort()).toEqual(['CN=jane', 'O=devs', 'O=ops']);
    const lifeMs = Date.parse(certificate.validTo) - Date.now();
    expect(lifeMs).toBeGreaterThan(3_500_000);
    expect(lifeMs).toBeLessThanOrEqual(3_600_000);
  });

  it('signs a serving certificate for its names and addresses, for a year at most', async () => {
    const csr = request('/O=system:nodes/CN=system:node:n1', 'subjectAltName=DNS:n1,IP:172.30.0.11');
    const certificate = new X509Certificate(await csrSigner(pki)(csr, spec(['server auth'], 10 * 365 * 86_400)));
    expect(certificate.checkHost('n1')).toBe('n1');
    expect(certificate.checkIP('172.30.0.11')).toBe('172.30.0.11');
    expect(Date.parse(certificate.validTo) - Date.now()).toBeLessThanOrEqual(366 * 86_400_000);
  });

  it('refuses what is no request', async () => {
    await expect(
      csrSigner(pki)('-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----', spec([])),
    ).rejects.toThrow();
  });
});
