import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateSigningRequests } from '#api/certificates/v1/certificate-signing-request.ts';
import type { CertificateSigningRequest } from '#gen/certificates/v1.ts';
import { certificateApproval, certificateSigning } from '../admission/certificates.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { type TestServer, testServer } from '../testing.ts';

let test: TestServer;
let made: CertificateSigningRequest;
/** Who may act for which signer: `approve:example.com/*`. */
const rights = new Set<string>();
const authorizer: Authorizer = {
  authorize: ({ verb, resource, name }) => ({
    decision: resource !== 'signers' || rights.has(`${verb}:${name}`) ? 'allow' : 'noOpinion',
    reason: '',
  }),
  rulesFor: () => [],
};
const PEM = '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n';
beforeEach(async () => {
  rights.clear();
  test = await testServer({ authorizer, admission: [certificateApproval(authorizer), certificateSigning(authorizer)] });
  const spec = { request: Buffer.from(PEM).toString('base64'), signerName: 'example.com/web', usages: ['client auth'] };
  await test.driver.put(
    '/registry/certificatesigningrequests/one',
    Buffer.from(
      JSON.stringify({
        kind: 'CertificateSigningRequest',
        apiVersion: 'certificates.k8s.io/v1',
        metadata: { name: 'one', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' },
        spec,
      }),
    ),
    { expect: 0 },
  );
  await test.server.cache.fresh();
  made = await test.object({ verb: 'get', resource: certificateSigningRequests, name: 'one' });
});
afterEach(() => test[Symbol.asyncDispose]());

const update = (subresource: string, status: object) =>
  test.object<CertificateSigningRequest>({
    verb: 'update',
    resource: certificateSigningRequests,
    name: 'one',
    subresource,
    body: { ...made, status },
  });
const approved = { conditions: [{ type: 'Approved', status: 'True', reason: 'Because', message: 'fine' }] };

describe('approving a certificate', () => {
  it.each(['approve:example.com/web', 'approve:example.com/*'])('takes the right to %s', async (right) => {
    await expect(update('approval', approved)).rejects.toMatchObject({
      status: {
        code: 403,
        message: expect.stringContaining(
          'user not permitted to approve requests with signerName "example.com/web"',
        ) as string,
      },
    });
    rights.add(right);
    const after = await update('approval', { ...approved, certificate: 'bm8=' });
    expect(after.status?.conditions).toMatchObject([
      { type: 'Approved', lastUpdateTime: '2026-01-01T00:00:00Z', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ]);
    expect(after.status?.certificate).toBeUndefined();
  });

  it('says nothing about failures, which are for the signer', async () => {
    rights.add('approve:example.com/web');
    const after = await update('approval', { conditions: [{ type: 'Failed', status: 'True' }] });
    expect(after.status?.conditions ?? []).toEqual([]);
  });
});

describe('signing a certificate', () => {
  it('takes a right of its own', async () => {
    rights.add('approve:example.com/web');
    await expect(update('status', { certificate: 'bm8=' })).rejects.toMatchObject({
      status: {
        code: 403,
        message: expect.stringContaining(
          'user not permitted to sign requests with signerName "example.com/web"',
        ) as string,
      },
    });
  });
});
