import type { CertificateSigningRequest } from '#gen/certificates/v1.ts';
import { readRequest } from './certificate-maker.ts';
import type { Pki } from './pki.ts';

const DAY_MS = 24 * 3_600_000;
/** Source: kube-controller-manager --cluster-signing-duration. */
const LONGEST_MS = 365 * DAY_MS;
const SHORTEST_MS = 600_000;

/** Signs approved requests with the cluster's CA: the subject as asked, the time as asked and at most a year. */
export function csrSigner(pki: Pki) {
  return async (csrPem: string, { spec }: CertificateSigningRequest): Promise<string> => {
    const { commonName, organizations, hosts } = await readRequest(csrPem);
    const usages = spec.usages ?? [];
    const isServer = usages.includes('server auth');
    const isClient = usages.includes('client auth');
    const asked = spec.expirationSeconds === undefined ? LONGEST_MS : spec.expirationSeconds * 1000;
    return pki.sign(csrPem, {
      cn: commonName,
      orgs: organizations,
      hosts,
      usage: isServer && isClient ? 'both' : isServer ? 'server' : 'client',
      lifetimeMs: Math.min(LONGEST_MS, Math.max(SHORTEST_MS, asked)),
    });
  };
}
