import type { X509Certificate } from 'node:crypto';
import type { UserInfo } from '#apimachinery/request.ts';

/** What a client showed of itself. */
export interface Credentials {
  /** The value of the `Authorization` header. */
  readonly authorization: string | undefined;
  readonly certificate: X509Certificate | undefined;
  /** Whether the certificate chains to the client CA and is valid for client authentication. */
  readonly isCertificateVerified: boolean;
}

/** Who a client is. @throws {StatusError} 401 when what it showed does not hold. */
export type Authenticate = (credentials: Credentials) => Promise<UserInfo>;

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The group of everybody who proved to be somebody. */
export const AUTHENTICATED = 'system:authenticated';
