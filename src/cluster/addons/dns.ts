import { services } from '#api/core/v1/service.ts';
import { serviceAccounts } from '#api/core/v1/service-account.ts';
import { clusterRoles } from '#api/rbac/v1/cluster-role.ts';
import { clusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import type { Creatable } from '#apimachinery/object.ts';
import type { Service } from '#gen/core/v1.ts';
import { defineAddon } from './addon.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** The name under which everybody looks for the cluster's DNS; its endpoints are the nodes, each for its own pods. */
export const dnsService = defineAddon(
  services,
  ({ dnsAddress }): Creatable<Service> => ({
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
    },
    spec: {
      clusterIP: dnsAddress,
      internalTrafficPolicy: 'Local',
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  }),
);

export const dnsAccount = defineAddon(serviceAccounts, () => ({
  metadata: { name: 'coredns', namespace: 'kube-system' },
}));

/** Source: kubeadm's CoreDNS addon. */
export const dnsRole = defineAddon(clusterRoles, () => ({
  metadata: { name: 'system:coredns' },
  rules: [
    { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  ],
}));

export const dnsBinding = defineAddon(clusterRoleBindings, () => ({
  metadata: { name: 'system:coredns' },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'system:coredns' },
  subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }],
}));
