import { defineResource } from '#apimachinery/resource.ts';
import type { CertificateSigningRequest } from '#gen/certificates/v1.ts';
import { ageColumn } from '../../columns/age.ts';
import { requestConditionCell, requestedDurationCell } from '../../columns/certificate.ts';

export const certificateSigningRequests = defineResource<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  scope: 'Cluster',
  shortNames: ['csr'],
  subresources: [
    { name: 'approval', kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] },
    { name: 'status', kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] },
  ],
  columns: [
    ageColumn,
    { name: 'SignerName', type: 'string', of: ({ spec }) => spec.signerName },
    { name: 'Requestor', type: 'string', of: ({ spec }) => spec.username ?? '' },
    { name: 'RequestedDuration', type: 'string', of: requestedDurationCell },
    { name: 'Condition', type: 'string', of: requestConditionCell },
  ],
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
});
