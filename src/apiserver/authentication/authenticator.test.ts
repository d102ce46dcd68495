import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import { type FakeClock, fakeClock } from '#base/clock.ts';
import { makeCertificate } from '#cluster/pki/certificate-maker.ts';
import type { Reader } from '../reader.ts';
import type { Authenticate } from './authenticate.ts';
import { authenticator } from './authenticator.ts';
import { jwtTokenIssuer } from './jwt-token-issuer.ts';
import { reviewToken } from './reviews.ts';
import { keySet, serviceAccountKeys } from './service-account-key.ts';
import { serviceAccountTokens, type TokenVerifier } from './service-account-tokens.ts';
import type { TokenIssuer } from './token-issuer.ts';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const pem = (type: 'ec' | 'rsa') => {
  const pair =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};

/** What is stored, by `plural/namespace/name`. */
function storedReader(stored: Map<string, { uid: string; deletionTimestamp?: string }>): Reader {
  const get = (resource: Resource, { namespace, name }: { namespace: string; name: string }) => {
    const metadata = stored.get(`${resource.plural}/${namespace}/${name}`);
    return metadata && ({ metadata: { name, namespace, ...metadata } } as unknown as KubeObject);
  };
  return { get, list: () => [], onChange: () => () => {} } as unknown as Reader;
}

describe.each(['ec', 'rsa'] as const)('service account tokens signed with an %s key', (type) => {
  const keys = serviceAccountKeys(pem(type));
  let clock: FakeClock;
  let stored: Map<string, { uid: string; deletionTimestamp?: string }>;
  let issuer: TokenIssuer;
  let tokens: TokenVerifier;
  let authenticate: Authenticate;
  const serviceAccount = { name: 'web', uid: 'sa-1' };
  const claims = { namespace: 'shop', serviceAccount, audiences: [], expirationSeconds: 3600 };
  const bearer = (token: string) =>
    authenticate({ authorization: `Bearer ${token}`, certificate: undefined, isCertificateVerified: false });
  beforeEach(() => {
    clock = fakeClock();
    stored = new Map([['serviceaccounts/shop/web', { uid: 'sa-1' }]]);
    issuer = jwtTokenIssuer({ issuer: ISSUER, keys, clock });
    tokens = serviceAccountTokens({ issuer: ISSUER, keys, reader: storedReader(stored), clock });
    authenticate = authenticator({ tokens });
  });

  it('stand for their account', async () => {
    const { token, expirationTimestamp } = await issuer.issue(claims);
    expect(expirationTimestamp).toBe('2026-01-01T01:00:00Z');
    expect(await bearer(token)).toMatchObject({
      name: 'system:serviceaccount:shop:web',
      uid: 'sa-1',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    });
  });

  it('end at their time, and with their account', async () => {
    const { token } = await issuer.issue(claims);
    await bearer(token);
    stored.set('serviceaccounts/shop/web', { uid: 'sa-2' });
    await expect(bearer(token)).rejects.toMatchObject({ code: 401, message: 'Unauthorized' });
    stored.set('serviceaccounts/shop/web', { uid: 'sa-1' });
    await bearer(token);
    await clock.advance(3_600_001);
    await expect(bearer(token)).rejects.toMatchObject({ code: 401 });
  });

  it('end with the pod that they are bound to, a minute after its deletion', async () => {
    const { token } = await issuer.issue({ ...claims, boundPod: { name: 'p', uid: 'pod-1' } });
    await expect(bearer(token)).rejects.toMatchObject({ code: 401 });
    stored.set('pods/shop/p', { uid: 'pod-1', deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect((await bearer(token)).extra).toMatchObject({ 'authentication.kubernetes.io/pod-name': ['p'] });
    await clock.advance(61_000);
    await expect(bearer(token)).rejects.toMatchObject({ code: 401 });
  });

  it('are refused for another audience, another issuer and another key', async () => {
    const { token } = await issuer.issue({ ...claims, audiences: ['vault'] });
    await expect(bearer(token)).rejects.toMatchObject({ code: 401 });
    expect(await reviewToken({ token, audiences: ['vault', 'x'] }, tokens)).toMatchObject({
      authenticated: true,
      audiences: ['vault'],
    });
    const foreign = jwtTokenIssuer({ issuer: 'https://other', keys, clock, defaultAudiences: [ISSUER] });
    await expect(bearer((await foreign.issue(claims)).token)).rejects.toMatchObject({ code: 401 });
    const forged = jwtTokenIssuer({ issuer: ISSUER, keys: serviceAccountKeys(pem(type)), clock });
    await expect(bearer((await forged.issue(claims)).token)).rejects.toMatchObject({ code: 401 });
    await expect(bearer('garbage')).rejects.toMatchObject({ code: 401 });
  });

  it('can be verified by others with the published keys', () => {
    const [key] = keySet(keys).keys;
    expect(key).toMatchObject({ use: 'sig', alg: type === 'ec' ? 'ES256' : 'RS256', kty: type.toUpperCase() });
    expect(key).not.toHaveProperty('d');
  });
});

describe('client certificates', () => {
  const nobody = { verify: () => Promise.reject(new Error('no tokens here')) };
  const authenticate = authenticator({ tokens: nobody });
  const anonymous = { authorization: undefined, certificate: undefined, isCertificateVerified: false };

  it('give the common name as user and the organizations as groups', async () => {
    const lifetime = { notBeforeMs: Date.now(), notAfterMs: Date.now() + 1000 };
    const request = { commonName: 'jane', organizations: ['dev', 'ops'], usage: 'client' as const, ...lifetime };
    const certificate = new X509Certificate((await makeCertificate(request)).certPem);
    const user = await authenticate({ ...anonymous, certificate, isCertificateVerified: true });
    expect(user).toMatchObject({ name: 'jane', groups: ['dev', 'ops', 'system:authenticated'] });
    await expect(authenticate({ ...anonymous, certificate })).rejects.toMatchObject({ code: 401 });
  });

  it('are not needed to be nobody', async () => {
    expect(await authenticate(anonymous)).toEqual({ name: 'system:anonymous', groups: ['system:unauthenticated'] });
    expect(await authenticate({ ...anonymous, authorization: 'Basic eA==' })).toMatchObject({
      name: 'system:anonymous',
    });
    const strict = authenticator({ tokens: nobody, allowAnonymous: false });
    await expect(strict(anonymous)).rejects.toMatchObject({ code: 401 });
  });
});
