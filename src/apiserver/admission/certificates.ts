import { certificateSigningRequests } from '#api/certificates/v1/certificate-signing-request.ts';
import { forbidden } from '#apimachinery/status.ts';
import type { CertificateSigningRequest } from '#gen/certificates/v1.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

const isFor = ({ resource, subresource }: AdmissionRequest, name: string) =>
  resource.group === certificateSigningRequests.group &&
  resource.plural === certificateSigningRequests.plural &&
  subresource === name;

/** Only who may `approve` for the signer approves. */
export const certificateApproval = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'CertificateApproval',
  handles: ['UPDATE'],
  validate(request) {
    if (!isFor(request, 'approval')) return;
    const signer = (request.oldObject as CertificateSigningRequest).spec.signerName;
    if (mayActFor(authorizer, request, { verb: 'approve', signer })) return;
    const why = `user not permitted to approve requests with signerName "${signer}"`;
    throw forbidden(request.resource, request.name, why);
  },
});

/** Only who may `sign` for the signer writes certificates. */
export const certificateSigning = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'CertificateSigning',
  handles: ['UPDATE'],
  validate(request) {
    if (!isFor(request, 'status')) return;
    const next = request.object as CertificateSigningRequest;
    const old = request.oldObject as CertificateSigningRequest;
    const failed = ({ status }: CertificateSigningRequest) =>
      JSON.stringify(status?.conditions?.filter(({ type }) => type === 'Failed') ?? []);
    if (next.status?.certificate === old.status?.certificate && failed(next) === failed(old)) return;
    const signer = old.spec.signerName;
    if (mayActFor(authorizer, request, { verb: 'sign', signer })) return;
    throw forbidden(request.resource, request.name, `user not permitted to sign requests with signerName "${signer}"`);
  },
});

/** Permission for the signer itself, or for all of its domain (`example.com/*`). */
function mayActFor(
  authorizer: Authorizer,
  { user }: AdmissionRequest,
  { verb, signer }: { verb: string; signer: string },
): boolean {
  const wildcard = `${signer.split('/')[0] ?? ''}/*`;
  const base = { group: 'certificates.k8s.io', version: '*', resource: 'signers', subresource: '', namespace: '' };
  return [signer, wildcard].some((name) => authorizer.authorize({ ...base, user, verb, name }).decision === 'allow');
}
