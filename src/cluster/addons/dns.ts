import { services } from '#api/core/v1/service.ts';
import { serviceAccounts } from '#api/core/v1/service-account.ts';
import { clusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { clusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { defineAddon } from './addon.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** The name under which everybody looks for the cluster's DNS. It has no endpoints: each node answers by itself. */
export const dnsService = defineAddon({
  resource: services,
  object: ({ dnsAddress }) => ({
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
    },
    spec: {
      clusterIP: dnsAddress,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  }),
});

export const dnsAccount = defineAddon({
  resource: serviceAccounts,
  object: () => ({ metadata: { name: 'coredns', namespace: 'kube-system' } }),
});

/** Source: kubeadm's CoreDNS addon. */
export const dnsRole = defineAddon({
  resource: clusterRoles,
  object: () => ({
    metadata: { name: 'system:coredns' },
    rules: [
      { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ],
  }),
});

export const dnsBinding = defineAddon({
  resource: clusterRoleBindings,
  object: () => ({
    metadata: { name: 'system:coredns' },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'system:coredns' },
    subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }],
  }),
});
