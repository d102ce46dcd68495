import { X509Certificate } from 'node:crypto';
import type { CertificateSigningRequest } from '#gen/certificates/v1.ts';

const HOUR_MS = 3_600_000;

export const hasCondition = ({ status }: CertificateSigningRequest, type: string): boolean =>
  status?.conditions?.some((each) => each.type === type) === true;

/** When a request has served its time, in milliseconds since 1970: an hour after it was decided, a day after it was made undecided, or with its certificate. Source: pkg/controller/certificates/cleaner. */
export function expiresMs(request: CertificateSigningRequest): number {
  const { certificate } = request.status ?? {};
  const decided = (request.status?.conditions ?? [])
    .filter(({ type }) => type === 'Approved' || type === 'Denied' || type === 'Failed')
    .map(({ lastUpdateTime }) => Date.parse(lastUpdateTime ?? ''))
    .filter((each) => !Number.isNaN(each));
  if (decided.length === 0) return Date.parse(request.metadata.creationTimestamp) + 24 * HOUR_MS;
  const byDecision = Math.min(...decided) + HOUR_MS;
  if (!certificate) return byDecision;
  return Math.min(byDecision, notAfterMs(certificate) ?? byDecision);
}

function notAfterMs(certificate: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
  } catch {
    // A signer of somebody else's may have written what is no certificate; its age then decides alone.
    return undefined;
  }
}
