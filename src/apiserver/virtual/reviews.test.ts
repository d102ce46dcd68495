import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSubjectReviews } from '#api/authentication/v1/self-subject-review.ts';
import { localSubjectAccessReviews } from '#api/authorization/v1/local-subject-access-review.ts';
import { selfSubjectAccessReviews } from '#api/authorization/v1/self-subject-access-review.ts';
import { selfSubjectRulesReviews } from '#api/authorization/v1/self-subject-rules-review.ts';
import { subjectAccessReviews } from '#api/authorization/v1/subject-access-review.ts';
import type { AuthorizationAttributes, Authorizer } from '../authorization/authorizer.ts';
import { type TestRequest, type TestServer, testServer } from '../testing.ts';

let test: TestServer;
/** Everybody may ask; bob may read pods and `/healthz`; mallory is refused outright. */
const authorizer: Authorizer = {
  authorize({ user, verb, resource, path, group }: AuthorizationAttributes) {
    if (group === 'authorization.k8s.io' || group === 'authentication.k8s.io') return { decision: 'allow', reason: '' };
    if (user.name === 'mallory') return { decision: 'deny', reason: 'banned' };
    const may = user.name === 'bob' && ((verb === 'get' && resource === 'pods') || path === '/healthz');
    return may ? { decision: 'allow', reason: 'bob reads' } : { decision: 'noOpinion', reason: '' };
  },
  rulesFor: () => [
    { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
    { verbs: ['get'], nonResourceURLs: ['/healthz'] },
  ],
};
beforeEach(async () => {
  test = await testServer({ authorizer });
});
afterEach(() => test[Symbol.asyncDispose]());

const bob = { name: 'bob', groups: ['system:authenticated'], uid: '7', extra: { team: ['a'] } };
const ask = (resource: TestRequest['resource'], spec: object, rest: Partial<TestRequest> = {}) =>
  test.object({ verb: 'create', resource, user: bob, body: { metadata: {}, spec }, ...rest });
const getPods = { verb: 'get', resource: 'pods', namespace: 'default' };

describe('access reviews', () => {
  it.each<[object, object]>([
    [{ resourceAttributes: getPods }, { allowed: true, reason: 'bob reads' }],
    [{ resourceAttributes: { ...getPods, verb: 'list' } }, { allowed: false }],
    [{ nonResourceAttributes: { path: '/healthz', verb: 'get' } }, { allowed: true, reason: 'bob reads' }],
    [{ nonResourceAttributes: { path: '/metrics', verb: 'get' } }, { allowed: false }],
  ])('about oneself and others agree: %j', async (attributes, status) => {
    expect(await ask(selfSubjectAccessReviews, attributes)).toMatchObject({ status });
    const other = await ask(subjectAccessReviews, { ...attributes, user: 'bob' });
    expect((other as { status?: unknown }).status).toEqual(status);
  });

  it('say that somebody is refused outright', async () => {
    const answer = await ask(subjectAccessReviews, { resourceAttributes: getPods, user: 'mallory' });
    expect(answer).toMatchObject({ status: { allowed: false, denied: true, reason: 'banned' } });
  });

  it.each<[object, string]>([
    [
      { user: 'bob' },
      'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ],
    [{ resourceAttributes: getPods }, 'spec.user: Invalid value: "": at least one of user or group must be specified'],
    [
      { user: 'bob', resourceAttributes: getPods, nonResourceAttributes: { path: '/' } },
      'cannot be specified in combination with resourceAttributes',
    ],
  ])('refuse %j', async (spec, message) => {
    await expect(ask(subjectAccessReviews, spec)).rejects.toMatchObject({
      status: { code: 422, message: expect.stringContaining(message) as string },
    });
  });

  it.each<[object, string]>([
    [
      { user: 'bob', resourceAttributes: { ...getPods, namespace: 'other' } },
      'spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace',
    ],
    [{ user: 'bob', nonResourceAttributes: { path: '/' } }, 'disallowed on this kind of request'],
  ])('in one namespace refuse %j', async (spec, message) => {
    await expect(ask(localSubjectAccessReviews, spec)).rejects.toMatchObject({
      status: { code: 422, message: expect.stringContaining(message) as string },
    });
  });
});

describe('what a user is told of itself', () => {
  it('is who it is', async () => {
    const answer = await ask(selfSubjectReviews, {});
    expect(answer).toMatchObject({
      status: { userInfo: { username: 'bob', uid: '7', groups: ['system:authenticated'], extra: { team: ['a'] } } },
    });
  });

  it('is what it may', async () => {
    const answer = await ask(selfSubjectRulesReviews, { namespace: 'default' });
    expect(answer).toMatchObject({
      status: {
        incomplete: false,
        resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }],
      },
    });
  });

  it('is not all for a node', async () => {
    const user = { name: 'system:node:n', groups: ['system:nodes'] };
    const answer = await ask(selfSubjectRulesReviews, { namespace: 'default' }, { user });
    expect(answer).toMatchObject({
      status: { incomplete: true, evaluationError: 'node authorizer does not support user rule resolution' },
    });
  });

  it('needs a namespace', async () => {
    await expect(ask(selfSubjectRulesReviews, {})).rejects.toMatchObject({
      status: { code: 400, message: 'no namespace on request' },
    });
  });
});
