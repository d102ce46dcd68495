import { humanDuration } from '#apimachinery/resource.ts';
import type { CertificateSigningRequest } from '#gen/certificates/v1.ts';

/** `Pending`, `Approved`, `Denied`, `Failed`, with `,Issued` once there is a certificate. */
export function requestConditionCell({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type);
  let words = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  if (has('Failed')) words += ',Failed';
  return status?.certificate ? `${words},Issued` : words;
}

export function requestedDurationCell({ spec }: CertificateSigningRequest): string {
  return spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000);
}
