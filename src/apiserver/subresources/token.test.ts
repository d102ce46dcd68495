import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodes } from '#api/core/v1/node.ts';
import { pods } from '#api/core/v1/pod.ts';
import { secrets } from '#api/core/v1/secret.ts';
import { serviceAccounts } from '#api/core/v1/service-account.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import type { TokenClaims, TokenIssuer } from '../authentication/token-issuer.ts';
import { type TestServer, testServer } from '../testing.ts';

let test: TestServer;
const issued: TokenClaims[] = [];
const tokens: TokenIssuer = {
  issuer: 'https://issuer',
  defaultAudiences: ['https://issuer'],
  issue: async (claims) => {
    issued.push(claims);
    return { token: `token-${issued.length}`, expirationTimestamp: '2026-01-01T01:00:00Z' };
  },
};
let account: KubeObject;
beforeEach(async () => {
  issued.length = 0;
  test = await testServer({ tokens });
  account = await test.object({ verb: 'create', resource: serviceAccounts, body: { metadata: { name: 'robot' } } });
});
afterEach(() => test[Symbol.asyncDispose]());

const ask = (spec: object = {}, name = 'robot') =>
  test.object({ verb: 'create', resource: serviceAccounts, name, subresource: 'token', body: { metadata: {}, spec } });
const bound = (kind: string, name: string, uid?: string) => ({
  boundObjectRef: { apiVersion: 'v1', kind, name, ...(uid && { uid }) },
});
const pod = (spec: object) =>
  test.object({
    verb: 'create',
    resource: pods,
    body: { metadata: { name: 'web' }, spec: { containers: [{ name: 'a', image: 'a' }], ...spec } },
  });

describe('a token', () => {
  it('is for the server itself and an hour, unless said', async () => {
    const answer = await ask();
    expect(answer).toMatchObject({
      spec: { audiences: ['https://issuer'], expirationSeconds: 3600 },
      status: { token: 'token-1', expirationTimestamp: '2026-01-01T01:00:00Z' },
    });
    expect(issued[0]).toEqual({
      namespace: 'default',
      serviceAccount: { name: 'robot', uid: account.metadata.uid },
      audiences: ['https://issuer'],
      expirationSeconds: 3600,
    });
  });

  it('is for the audiences that are asked for', async () => {
    await ask({ audiences: ['vault', 'db'], expirationSeconds: 600 });
    expect(issued[0]).toMatchObject({ audiences: ['vault', 'db'], expirationSeconds: 600 });
  });

  it('of a pod carries the pod and its node', async () => {
    const node = await test.object({ verb: 'create', resource: nodes, body: { metadata: { name: 'n' } } });
    const { metadata } = await pod({ serviceAccountName: 'robot', nodeName: 'n' });
    await ask(bound('Pod', 'web', metadata.uid));
    expect(issued[0]).toMatchObject({
      boundPod: { name: 'web', uid: metadata.uid },
      boundNode: { name: 'n', uid: node.metadata.uid },
    });
  });

  it('may be bound to a secret or a node', async () => {
    const secret = await test.object({ verb: 'create', resource: secrets, body: { metadata: { name: 's' } } });
    const node = await test.object({ verb: 'create', resource: nodes, body: { metadata: { name: 'n' } } });
    await ask(bound('Secret', 's'));
    await ask(bound('Node', 'n'));
    expect(issued[0]?.boundSecret).toMatchObject({ uid: secret.metadata.uid });
    expect(issued[1]?.boundNode).toMatchObject({ uid: node.metadata.uid });
  });

  it.each<[string, object, number, RegExp]>([
    ['that lives too short', { expirationSeconds: 599 }, 422, /may not specify a duration less than 10 minutes/],
    ['that lives too long', { expirationSeconds: 2 ** 32 + 1 }, 422, /larger than 2\^32 seconds/],
    ['bound to what cannot be', bound('ConfigMap', 'x'), 400, /cannot bind token for serviceaccount to object of type/],
    ['bound to what is not there', bound('Pod', 'gone'), 404, /^pods "gone" not found$/],
    ['bound to an older pod', bound('Pod', 'web', 'old'), 409, /the UID in the bound object reference \(old\)/],
    ["bound to another's pod", bound('Pod', 'web'), 400, /to pod running with different serviceaccount name\.$/],
  ])('%s is refused', async (_, spec, code, message) => {
    await pod({ serviceAccountName: 'other' });
    await expect(ask(spec)).rejects.toMatchObject({
      status: { code, message: expect.stringMatching(message) as string },
    });
    expect(issued).toEqual([]);
  });

  it('needs its account', async () => {
    await expect(ask({}, 'nobody')).rejects.toMatchObject({ status: { code: 404 } });
  });
});
