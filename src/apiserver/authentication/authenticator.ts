import { createHash, type X509Certificate } from 'node:crypto';
import type { UserInfo } from '#apimachinery/request.ts';
import { unauthorized } from '#apimachinery/status.ts';
import { ANONYMOUS, AUTHENTICATED, type Authenticate } from './authenticate.ts';
import type { TokenVerifier } from './service-account-tokens.ts';

const byCertificate = new WeakMap<X509Certificate, UserInfo>();

/** Client certificate first, then bearer token, then nobody; what is shown and does not hold is 401. */
export function authenticator(options: { tokens: TokenVerifier; allowAnonymous?: boolean }): Authenticate {
  return async ({ certificate, isCertificateVerified, authorization }) => {
    if (certificate && isCertificateVerified) return certificateUser(certificate);
    const token = /^bearer +(.+)$/i.exec(authorization?.trim() ?? '')?.[1]?.trim();
    if (token) return tokenUser(token, options.tokens);
    // Other schemes than Bearer are nobody's business here; a certificate that does not hold is.
    if (certificate || options.allowAnonymous === false) throw unauthorized();
    return ANONYMOUS;
  };
}

async function tokenUser(token: string, tokens: TokenVerifier): Promise<UserInfo> {
  try {
    return (await tokens.verify(token)).user;
  } catch (cause) {
    // Why a token fails is not told to the one who shows it.
    throw Object.assign(unauthorized(), { cause });
  }
}

/** The common name is the user, the organizations are the groups. Source: apiserver authentication/request/x509. */
export function certificateUser(certificate: X509Certificate): UserInfo {
  const known = byCertificate.get(certificate);
  if (known) return known;
  const fields = certificate.subject.split('\n').map((line) => {
    const equals = line.indexOf('=');
    return { key: line.slice(0, equals), value: line.slice(equals + 1) };
  });
  const name = fields.find(({ key }) => key === 'CN')?.value ?? '';
  if (name === '') throw unauthorized();
  const groups = fields.filter(({ key }) => key === 'O').map(({ value }) => value);
  const fingerprint = createHash('sha256').update(certificate.raw).digest('hex');
  const user: UserInfo = {
    name,
    groups: [...groups, AUTHENTICATED],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
  };
  byCertificate.set(certificate, user);
  return user;
}
