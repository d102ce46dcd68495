import { describe, expect, it } from 'vitest';
import { errorsOfCreate, errorsOfUpdate, type Sent } from '../testing.ts';
import { clusterRoleStrategy } from './cluster-role.ts';
import { clusterRoleBindingStrategy } from './cluster-role-binding.ts';
import { roleStrategy } from './role.ts';
import { roleBindingStrategy } from './role-binding.ts';

const GROUP = 'rbac.authorization.k8s.io';
const rules = (...list: object[]): Sent => ({ rules: list });
const urls = { nonResourceURLs: ['/healthz'], verbs: ['get'] };

describe('rules of a role', () => {
  it.each<[string, Sent, string[]]>([
    ['that allow something', rules({ apiGroups: [''], resources: ['pods'], verbs: ['get'] }), []],
    [
      'without anything',
      rules({}),
      [
        'rules[0].verbs: Required value: verbs must contain at least one value',
        'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
        'rules[0].resources: Required value: resource rules must supply at least one resource',
      ],
    ],
    [
      'for paths',
      rules(urls),
      ['rules[0].nonResourceURLs: Invalid value: ["/healthz"]: namespaced rules cannot apply to non-resource URLs'],
    ],
  ])('%s', (_, sent, expected) => {
    expect(errorsOfCreate(roleStrategy, sent)).toEqual(expected);
  });

  it('may name paths in a cluster role, but not beside resources', () => {
    expect(errorsOfCreate(clusterRoleStrategy, rules(urls))).toEqual([]);
    expect(errorsOfCreate(clusterRoleStrategy, rules({ ...urls, apiGroups: [''] }))).toEqual([
      'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: rules cannot apply to both regular resources and non-resource URLs',
    ]);
  });
});

const roleRef = { apiGroup: GROUP, kind: 'Role', name: 'reader' };
const clusterRef = { ...roleRef, kind: 'ClusterRole' };

describe('a binding', () => {
  it.each<[string, object, string[]]>([
    ['a user', { kind: 'User', name: 'jane', apiGroup: GROUP }, []],
    ['an account', { kind: 'ServiceAccount', name: 'default', namespace: 'x' }, []],
    [
      'an account of a group',
      { kind: 'ServiceAccount', name: 'Default', namespace: 'x', apiGroup: GROUP },
      [
        expect.stringMatching(
          /^subjects\[0\]\.name: Invalid value: "Default": a lowercase RFC 1123 subdomain/,
        ) as never,
        `subjects[0].apiGroup: Unsupported value: "${GROUP}": supported values: ""`,
      ],
    ],
    [
      'a nameless group',
      { kind: 'Group', apiGroup: GROUP },
      ['subjects[0].name: Required value', 'subjects[0].name: Invalid value: "": group name cannot be empty'],
    ],
    [
      'a robot',
      { kind: 'Robot', name: 'r2' },
      ['subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"'],
    ],
  ])('of %s', (_, subject, expected) => {
    expect(errorsOfCreate(roleBindingStrategy, { roleRef, subjects: [subject] })).toEqual(expected);
  });

  it('across the cluster says in which namespace an account lives', () => {
    const subjects = [{ kind: 'ServiceAccount', name: 'default' }];
    expect(errorsOfCreate(clusterRoleBindingStrategy, { roleRef: clusterRef, subjects })).toEqual([
      'subjects[0].namespace: Required value',
    ]);
  });

  it('refers to a role of its reach', () => {
    expect(errorsOfCreate(clusterRoleBindingStrategy, { roleRef })).toEqual([
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    ]);
    expect(errorsOfCreate(roleBindingStrategy, { roleRef: { apiGroup: 'apps', kind: 'Pod', name: '' } })).toEqual([
      `roleRef.apiGroup: Unsupported value: "apps": supported values: "${GROUP}"`,
      'roleRef.kind: Unsupported value: "Pod": supported values: "Role", "ClusterRole"',
      'roleRef.name: Required value',
    ]);
  });

  it('keeps its role', () => {
    expect(errorsOfUpdate(roleBindingStrategy, { roleRef }, { roleRef: { ...roleRef, name: 'writer' } })).toEqual([
      `roleRef: Invalid value: {"APIGroup":"${GROUP}","Kind":"Role","Name":"writer"}: cannot change roleRef`,
    ]);
  });

  it('may have any name that fits into a path', () => {
    const name = roleBindingStrategy.strategy.validateName;
    expect(name?.('system:node', false)).toEqual([]);
    expect(name?.('a/b%', false)).toEqual(["may not contain '/'", "may not contain '%'"]);
    expect(name?.('..', false)).toEqual(["may not be '..'"]);
  });
});
