import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** The keys of service account tokens: one signs, all of them verify. */
export interface ServiceAccountKeys {
  readonly signing: SigningKey;
  readonly verifying: readonly VerifyingKey[];
}

export interface VerifyingKey {
  /** SHA-256 of the public key's DER, base64url: upstream's key id. */
  readonly kid: string;
  readonly alg: 'ES256' | 'RS256';
  readonly publicKey: KeyObject;
}

export interface SigningKey extends VerifyingKey {
  readonly privateKey: KeyObject;
}

/** From PEM: the private key that signs now, and public or private keys that signed before. */
export function serviceAccountKeys(signingPem: string, olderPems: readonly string[] = []): ServiceAccountKeys {
  const privateKey = createPrivateKey(signingPem);
  const signing = { ...verifyingKey(createPublicKey(privateKey)), privateKey };
  return { signing, verifying: [signing, ...olderPems.map((pem) => verifyingKey(createPublicKey(pem)))] };
}

function verifyingKey(publicKey: KeyObject): VerifyingKey {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const kid = createHash('sha256').update(der).digest('base64url');
  return { kid, alg: publicKey.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256', publicKey };
}

/** `/openid/v1/jwks`: the public keys, for those who verify our tokens elsewhere. Source: RFC 7517. */
export function keySet({ verifying }: ServiceAccountKeys) {
  return {
    keys: verifying.map(({ kid, alg, publicKey }) => ({
      use: 'sig',
      kid,
      alg,
      ...publicKey.export({ format: 'jwk' }),
    })),
  };
}

/** `/.well-known/openid-configuration`. Source: OpenID Connect Discovery 1.0. */
export function openIdConfiguration(issuer: string, keys: ServiceAccountKeys, jwksUri: string) {
  return {
    issuer,
    jwks_uri: jwksUri,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys.verifying.map(({ alg }) => alg))],
  };
}
