import { certificateSigningRequests } from '#api/certificates/v1/certificate-signing-request.ts';
import { forbidden } from '#apimachinery/status.ts';
import type { CertificateSigningRequest } from '#gen/certificates/v1.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isAbout } from './refuse.ts';

const API_CLIENT = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';
/** DER of the attribute type organizationName (2.5.4.10). Source: X.520. */
const ORGANIZATION = Buffer.from([0x06, 0x03, 0x55, 0x04, 0x0a]);

/** Nobody becomes a cluster administrator by a certificate that is signed on request. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: ['CREATE'],
  validate(request) {
    if (!isAbout(request, certificateSigningRequests)) return;
    const { spec, metadata } = request.object as CertificateSigningRequest;
    if (spec.signerName !== API_CLIENT) return;
    const der = derOf(spec.request);
    if (!organizations(der).includes(MASTERS)) return;
    const why = `use of ${API_CLIENT} signer with ${MASTERS} group is not allowed`;
    throw forbidden(request.resource, metadata.name, why);
  },
};

function derOf(base64: string): Buffer {
  const pem = Buffer.from(base64, 'base64').toString('latin1');
  const body = /-----BEGIN CERTIFICATE REQUEST-----([^-]*)-----END/.exec(pem)?.[1] ?? '';
  return Buffer.from(body, 'base64');
}

/** The strings that follow each organizationName: tag, length of one byte, text. */
function organizations(der: Buffer): string[] {
  const found: string[] = [];
  for (let at = der.indexOf(ORGANIZATION); at >= 0; at = der.indexOf(ORGANIZATION, at + 1)) {
    const start = at + ORGANIZATION.length;
    const length = der[start + 1] ?? 0;
    found.push(der.subarray(start + 2, start + 2 + length).toString('utf8'));
  }
  return found;
}
