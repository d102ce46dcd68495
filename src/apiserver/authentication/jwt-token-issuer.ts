import { randomUUID } from 'node:crypto';
import type { Clock } from '#base/clock.ts';
import type { ServiceAccountKeys } from './service-account-key.ts';
import type { TokenClaims, TokenIssuer } from './token-issuer.ts';

export interface TokenIssuerOptions {
  /** `https://kubernetes.default.svc.cluster.local` */
  readonly issuer: string;
  readonly keys: ServiceAccountKeys;
  readonly clock: Clock;
  /** Default: the issuer. */
  readonly defaultAudiences?: readonly string[];
}

/** Tokens as upstream's API server makes them. Source: pkg/serviceaccount/claims.go. */
export function jwtTokenIssuer({ issuer, keys, clock, defaultAudiences = [issuer] }: TokenIssuerOptions): TokenIssuer {
  return {
    issuer,
    defaultAudiences,
    async issue(claims) {
      const { SignJWT } = await import('jose');
      const issuedAt = Math.floor(clock.now() / 1000);
      const expires = issuedAt + claims.expirationSeconds;
      const token = await new SignJWT({ 'kubernetes.io': boundTo(claims) })
        .setProtectedHeader({ alg: keys.signing.alg, kid: keys.signing.kid })
        .setIssuer(issuer)
        .setSubject(`system:serviceaccount:${claims.namespace}:${claims.serviceAccount.name}`)
        .setAudience(claims.audiences.length > 0 ? [...claims.audiences] : [...defaultAudiences])
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt)
        .setExpirationTime(expires)
        .setJti(randomUUID())
        .sign(keys.signing.privateKey);
      return { token, expirationTimestamp: new Date(expires * 1000).toISOString().replace('.000Z', 'Z') };
    },
  };
}

function boundTo({ namespace, serviceAccount, boundPod, boundSecret, boundNode }: TokenClaims) {
  const { name, uid } = serviceAccount;
  return {
    namespace,
    serviceaccount: { name, uid },
    ...(boundPod && { pod: { ...boundPod } }),
    ...(boundSecret && { secret: { ...boundSecret } }),
    ...(boundNode && { node: { ...boundNode } }),
  };
}
