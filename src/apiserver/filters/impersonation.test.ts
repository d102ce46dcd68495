import { describe, expect, it } from 'vitest';
import type { AuthorizationAttributes, Authorizer } from '../authorization/authorizer.ts';
import { impersonated } from './impersonation.ts';

const caller = { name: 'admin', groups: ['system:masters'] };
const place = ({ group, resource, subresource, namespace, name }: AuthorizationAttributes) =>
  [group, resource, subresource, namespace, name].filter((part) => part !== '').join('/');

function recorder(refused: string[] = []) {
  const asked: string[] = [];
  const authorizer: Authorizer = {
    authorize(attributes) {
      asked.push(`${attributes.verb} ${place(attributes)}`);
      return { decision: refused.includes(attributes.resource) ? 'noOpinion' : 'allow', reason: '' };
    },
    rulesFor: () => [],
  };
  return { asked, authorizer };
}

describe('impersonation', () => {
  it('asks for nothing where nothing is wished', () => {
    const { asked, authorizer } = recorder();
    expect(impersonated(caller, {}, authorizer)).toBe(caller);
    expect(asked).toEqual([]);
  });

  it.each<[Record<string, string>, string[], object]>([
    [{ 'impersonate-user': 'bob' }, ['impersonate users/bob'], { name: 'bob', groups: ['system:authenticated'] }],
    [
      { 'impersonate-user': 'bob', 'impersonate-group': 'dev, ops' },
      ['impersonate users/bob', 'impersonate groups/dev', 'impersonate groups/ops'],
      { name: 'bob', groups: ['dev', 'ops', 'system:authenticated'] },
    ],
    [
      { 'impersonate-user': 'system:anonymous' },
      ['impersonate users/system:anonymous'],
      { name: 'system:anonymous', groups: ['system:unauthenticated'] },
    ],
    [
      { 'impersonate-user': 'system:serviceaccount:ns:robot' },
      ['impersonate serviceaccounts/ns/robot'],
      {
        name: 'system:serviceaccount:ns:robot',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
      },
    ],
    [
      { 'impersonate-user': 'bob', 'impersonate-uid': '7', 'impersonate-extra-example.com%2fteam': 'a' },
      [
        'impersonate users/bob',
        'impersonate authentication.k8s.io/userextras/example.com/team/a',
        'impersonate authentication.k8s.io/uids/7',
      ],
      { name: 'bob', groups: ['system:authenticated'], uid: '7', extra: { 'example.com/team': ['a'] } },
    ],
  ])('%j', (headers, questions, user) => {
    const { asked, authorizer } = recorder();
    expect(impersonated(caller, headers, authorizer)).toEqual(user);
    expect(asked).toEqual(questions);
  });

  it.each([
    [
      'users',
      { 'impersonate-user': 'bob' },
      'users "bob" is forbidden: User "admin" cannot impersonate resource "users" in API group "" at the cluster scope',
    ],
    [
      'groups',
      { 'impersonate-user': 'bob', 'impersonate-group': 'dev' },
      'groups "dev" is forbidden: User "admin" cannot impersonate resource "groups" in API group "" at the cluster scope',
    ],
    [
      'serviceaccounts',
      { 'impersonate-user': 'system:serviceaccount:ns:robot' },
      'serviceaccounts "robot" is forbidden: User "admin" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ns"',
    ],
  ])('of %s needs the right to it', (resource, headers, message) => {
    const { authorizer } = recorder([resource]);
    expect(() => impersonated(caller, headers, authorizer)).toThrow(
      expect.objectContaining({ status: expect.objectContaining({ code: 403, message }) }) as Error,
    );
  });

  it('of groups alone is no request', () => {
    const { authorizer } = recorder();
    expect(() => impersonated(caller, { 'impersonate-group': 'dev' }, authorizer)).toThrow(
      'without impersonating a user',
    );
  });

  it('refuses headers that cannot be read', () => {
    const { authorizer } = recorder();
    const headers = { 'impersonate-user': 'bob', 'impersonate-extra-%zz': 'a' };
    expect(() => impersonated(caller, headers, authorizer)).toThrow('invalid impersonation header');
  });
});
