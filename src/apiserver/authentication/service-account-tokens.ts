import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { secrets } from '#api/core/v1/secret.ts';
import { serviceAccounts } from '#api/core/v1/service-account.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { UserInfo } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Clock } from '#base/clock.ts';
import type { Reader } from '../reader.ts';
import { AUTHENTICATED } from './authenticate.ts';
import type { ServiceAccountKeys } from './service-account-key.ts';

export interface TokenVerifierOptions {
  readonly issuer: string;
  /** A token must name one of these; default: the issuer. */
  readonly audiences?: readonly string[];
  readonly keys: ServiceAccountKeys;
  readonly reader: Reader;
  readonly clock: Clock;
}

export interface VerifiedToken {
  readonly user: UserInfo;
  /** Those of the asked audiences that the token is for. */
  readonly audiences: readonly string[];
}

export interface TokenVerifier {
  /** Who a token stands for. @throws {Error} with the reason when it stands for nobody. */
  verify(token: string, audiences?: readonly string[]): Promise<VerifiedToken>;
}

interface Named {
  readonly name: string;
  readonly uid: string;
}

interface BoundClaims {
  readonly namespace: string;
  readonly serviceaccount: Named;
  readonly pod?: Named;
  readonly secret?: Named;
  readonly node?: Named;
}

interface Payload {
  readonly aud: readonly string[];
  readonly expiresMs: number;
  readonly jti: string | undefined;
  readonly bound: BoundClaims;
}

/** Upstream looks for 60 seconds past the deletion of what a token is bound to. */
const LEEWAY_MS = 60_000;
const CACHED_TOKENS = 10_000;

/**
 * Verifies bound service account tokens. The signature is checked once per token; whether the account, pod, secret and
 * node that it is bound to still live is looked up each time. Source: upstream pkg/serviceaccount/jwt.go, claims.go.
 */
export function serviceAccountTokens(options: TokenVerifierOptions): TokenVerifier {
  const { issuer, audiences: own = [issuer], reader, clock } = options;
  const signed = new Map<string, Payload>();
  const payloadOf = async (token: string) => {
    const known = signed.get(token);
    if (known) return known;
    const payload = await checkSignature(token, options);
    if (signed.size >= CACHED_TOKENS) signed.delete(signed.keys().next().value ?? '');
    signed.set(token, payload);
    return payload;
  };
  return {
    async verify(token, asked = own) {
      const payload = await payloadOf(token);
      if (clock.now() >= payload.expiresMs) throw new Error('token has expired');
      const audiences = asked.filter((audience) => payload.aud.includes(audience));
      if (audiences.length === 0) {
        throw new Error(
          `token audiences ${JSON.stringify(payload.aud)} is invalid for the target audiences ${JSON.stringify(asked)}`,
        );
      }
      checkBinding(payload.bound, reader, clock.now());
      return { user: userOf(payload), audiences };
    },
  };
}

async function checkSignature(token: string, { issuer, keys, clock }: TokenVerifierOptions): Promise<Payload> {
  const { jwtVerify } = await import('jose');
  const { payload } = await jwtVerify(
    token,
    ({ kid }) => {
      const key = keys.verifying.find((one) => one.kid === kid) ?? keys.signing;
      return key.publicKey;
    },
    { issuer, algorithms: ['ES256', 'RS256'], currentDate: new Date(clock.now()), requiredClaims: ['exp', 'sub'] },
  );
  const bound = payload['kubernetes.io'] as BoundClaims | undefined;
  const named = bound?.serviceaccount;
  if (!bound || !named || payload.sub !== `system:serviceaccount:${bound.namespace}:${named.name}`) {
    throw new Error('token is not bound to a service account');
  }
  const aud = typeof payload.aud === 'string' ? [payload.aud] : (payload.aud ?? []);
  return { aud, expiresMs: (payload.exp ?? 0) * 1000, jti: payload.jti, bound };
}

function checkBinding(
  { namespace, serviceaccount, pod, secret, node }: BoundClaims,
  reader: Reader,
  nowMs: number,
): void {
  const alive = (resource: Resource, what: Named, scope: string) => {
    const object = reader.get(resource, { namespace: scope, name: what.name });
    if (!object || object.metadata.uid !== what.uid || isPast(object, nowMs)) {
      throw new Error(`${resource.singular} "${what.name}" of the token is gone`);
    }
  };
  alive(serviceAccounts as Resource, serviceaccount, namespace);
  if (pod) alive(pods as Resource, pod, namespace);
  if (secret) alive(secrets as Resource, secret, namespace);
  if (node && !pod) alive(nodes as Resource, node, '');
}

const isPast = ({ metadata }: KubeObject, nowMs: number) =>
  metadata.deletionTimestamp !== undefined && Date.parse(metadata.deletionTimestamp) + LEEWAY_MS < nowMs;

function userOf({ bound, jti }: Payload): UserInfo {
  const { namespace, serviceaccount, pod, node } = bound;
  const authentication = 'authentication.kubernetes.io';
  const extra = {
    ...(jti && { [`${authentication}/credential-id`]: [`JTI=${jti}`] }),
    ...(pod && { [`${authentication}/pod-name`]: [pod.name], [`${authentication}/pod-uid`]: [pod.uid] }),
    ...(node && { [`${authentication}/node-name`]: [node.name], [`${authentication}/node-uid`]: [node.uid] }),
  };
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED],
    extra,
  };
}
