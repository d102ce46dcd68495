import type { PolicyRule, Subject } from '#gen/rbac/v1.ts';
import { rules } from '../authorization/rule-text.ts';
import { CONTROLLER_NAMES, controllerRoleName } from './controller-roles.ts';

export interface BindingSpec {
  readonly name: string;
  readonly roleKind: 'ClusterRole' | 'Role';
  readonly roleName: string;
  readonly subjects: readonly Subject[];
}

const RBAC = 'rbac.authorization.k8s.io';
const user = (name: string): Subject => ({ kind: 'User', apiGroup: RBAC, name });
const group = (name: string): Subject => ({ kind: 'Group', apiGroup: RBAC, name });
const account = (name: string): Subject => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' });

const bind = (roleName: string, ...subjects: Subject[]): BindingSpec => ({
  name: roleName,
  roleKind: 'ClusterRole',
  roleName,
  subjects,
});

/** Source: upstream bootstrappolicy, clusterRoleBindings and controllerRoleBindings. */
export const CLUSTER_ROLE_BINDINGS: readonly BindingSpec[] = [
  bind('cluster-admin', group('system:masters')),
  bind('system:monitoring', group('system:monitoring')),
  bind('system:discovery', group('system:authenticated')),
  bind('system:basic-user', group('system:authenticated')),
  bind('system:public-info-viewer', group('system:authenticated'), group('system:unauthenticated')),
  bind('system:node-proxier', user('system:kube-proxy')),
  bind('system:kube-controller-manager', user('system:kube-controller-manager')),
  bind('system:kube-dns', account('kube-dns')),
  bind('system:kube-scheduler', user('system:kube-scheduler')),
  bind('system:volume-scheduler', user('system:kube-scheduler')),
  // Kubelets are the Node authorizer's to judge, so that nobody is in this binding.
  bind('system:node'),
  bind('system:service-account-issuer-discovery', group('system:serviceaccounts')),
  ...CONTROLLER_NAMES.map((name) => bind(controllerRoleName(name), account(name))),
];

export interface NamespacedRoleSpec {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

const leaderRole = (component: string): NamespacedRoleSpec => ({
  namespace: 'kube-system',
  name: `system::leader-locking-${component}`,
  rules: rules('watch core configmaps', `get,update core configmaps ${component}`),
});

/** Source: upstream bootstrappolicy/namespace_policy.go. */
export const NAMESPACED_ROLES: readonly NamespacedRoleSpec[] = [
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    rules: rules('READ core configmaps extension-apiserver-authentication'),
  },
  { namespace: 'kube-system', name: 'system:controller:bootstrap-signer', rules: rules('READ core secrets') },
  {
    namespace: 'kube-system',
    name: 'system:controller:cloud-provider',
    rules: rules('create,get,list,watch core configmaps'),
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    rules: rules('delete,get,list,watch core secrets', 'create,patch,update core,events.k8s.io events'),
  },
  leaderRole('kube-controller-manager'),
  leaderRole('kube-scheduler'),
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: rules(
      'READ core configmaps',
      'update core configmaps cluster-info',
      'create,patch,update core,events.k8s.io events',
    ),
  },
];

const inNamespace = (namespace: string, name: string, ...subjects: Subject[]) => ({
  namespace,
  name,
  roleKind: 'Role' as const,
  roleName: name,
  subjects,
});

export const NAMESPACED_BINDINGS: readonly (BindingSpec & { readonly namespace: string })[] = [
  {
    ...inNamespace(
      'kube-system',
      'system::extension-apiserver-authentication-reader',
      user('system:kube-controller-manager'),
      user('system:kube-scheduler'),
    ),
    roleName: 'extension-apiserver-authentication-reader',
  },
  inNamespace('kube-system', 'system:controller:bootstrap-signer', account('bootstrap-signer')),
  inNamespace('kube-system', 'system:controller:cloud-provider', account('cloud-provider')),
  inNamespace('kube-system', 'system:controller:token-cleaner', account('token-cleaner')),
  inNamespace(
    'kube-system',
    'system::leader-locking-kube-controller-manager',
    user('system:kube-controller-manager'),
    account('kube-controller-manager'),
  ),
  inNamespace(
    'kube-system',
    'system::leader-locking-kube-scheduler',
    user('system:kube-scheduler'),
    account('kube-scheduler'),
  ),
  inNamespace('kube-public', 'system:controller:bootstrap-signer', account('bootstrap-signer')),
];
